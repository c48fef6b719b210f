import type { Backend, Program, SampleSource, Transform } from '../backends/backend.ts';
import { cutsWindows, resolveAugmentation } from '../data/augment/index.ts';
import type { Dataset } from '../data/dataset.ts';
import type { OpenOptions } from '../data/derive/in-thread.ts';
import { openTrainingSet } from '../data/derive/open.ts';
import { planTransform } from '../data/preprocess.ts';
import { splitValidation } from '../data/split.ts';
import { compilePlan } from '../graph/compile.ts';
import { buildGraph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { resolveModel } from '../models/index.ts';
import { averageDecay } from './averaging.ts';
import { clipCall } from './clipping.ts';
import type { RunConfig } from './experiment.ts';
import { initialParameters } from './initialize.ts';
import { mustBeLabelled } from './labels.ts';
import { optimizerCall } from './optimizers/index.ts';
import type { TrainingData } from './training-data.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** Samples of one split: which of which attached source. */
export interface SplitSamples {
  readonly indices: Uint32Array;
  /** `validation` is a part of the stored training set. */
  readonly source: SampleSource & { readonly name: 'train' | 'test' };
}

/** A run's network compiled for a device, with its data attached: what training and evaluating need. */
export interface Session {
  readonly config: RunConfig;
  readonly program: Program;
  readonly splits: Readonly<Record<SplitName, SplitSamples>>;
  /** From what is stored to what the model sees, but for augmentation. */
  readonly transform: Transform;
  /** What the run trains on; goes into every checkpoint. */
  readonly data: TrainingData;
  /** Which publication of the data it is. */
  readonly dataVersion: string;
}

export interface SessionOptions {
  readonly home: string;
  readonly backend: Backend;
  readonly threads: number;
  /** Who waits for a derived set that has to be made first. */
  readonly deriving?: OpenOptions | undefined;
}

/**
 * Compiles a run's network, with initial parameters drawn from its seed and no optimizer state.
 * @throws `dataset.*`, `spec.invalid`, `graph.*`, `memory.exhausted`, `backend.unsupported`; the reason of the signal in
 *   `deriving`
 */
export async function openSession(config: RunConfig, options: SessionOptions): Promise<Session> {
  const { plan, dataset } = await openBoth(config, options);
  const train = { ...sourceOf(dataset.splits, 'train'), name: 'train' as const };
  const test = { ...sourceOf(dataset.splits, 'test'), name: 'test' as const };
  for (const { labels } of [train, test]) mustBeLabelled(labels, config.dataset);
  const held = splitValidation(train.labels.length, config.dataset.validation, config.seed);
  const { transform, mean, deviation } = planTransform(
    config.dataset.preprocess,
    train,
    held.train,
    plan.input,
    cutsWindows(config.dataset.augment),
  );
  const program = await options.backend.compile(plan, {
    threads: options.threads,
    batchSize: config.train.batchSize,
    optimizer: optimizerCall(config.train.optimizer),
    clip: clipCall(config.train.clip),
    average: averageDecay(config.train.average),
  });
  program.setState({ parameters: initialParameters(plan, config.seed), optimizer: new Map() });
  const { augment } = config.dataset;
  const steps = resolveAugmentation(augment, { source: train, trainingIndices: held.train });
  program.attach('train', train, transform, steps.length > 0 ? { seed: config.seed, steps } : undefined);
  program.attach('test', test, transform);
  const all = Uint32Array.from({ length: test.labels.length }, (_, i) => i);
  return {
    config,
    program,
    transform,
    splits: {
      train: { indices: held.train, source: train },
      validation: { indices: held.validation, source: train },
      test: { indices: all, source: test },
    },
    dataVersion: dataset.version,
    data: { name: dataset.name, hash: dataset.hash, classes: [...dataset.classes], mean, deviation },
  };
}

/** The network is looked at while the data are read; what is wrong with it is told first, and ends the reading. */
async function openBoth(
  { model, dataset: section }: RunConfig,
  { home, deriving }: SessionOptions,
): Promise<{ plan: Plan; dataset: Dataset }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(deriving?.signal ? [deriving.signal] : [])]);
  const opening = openTrainingSet(section, home, { ...deriving, signal });
  // Told where it is awaited, which may be later than it fails.
  opening.catch(() => undefined);
  try {
    const plan = compilePlan(buildGraph(await resolveModel(model)), { retain: false });
    return { plan, dataset: await opening };
  } catch (thrown) {
    failed.abort();
    await opening.catch(() => undefined);
    throw thrown;
  }
}

function sourceOf(splits: Readonly<Record<string, SampleSource>>, name: string): SampleSource {
  return splits[name] as SampleSource;
}
