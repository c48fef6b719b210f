import type { Program, SampleSource, Transform } from '../backends/backend.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { DatasetReference } from '../contract/specs.ts';
import type { ImageShape } from '../data/dataset.ts';
import { derive } from '../data/derive/derive.ts';
import { derivations } from '../data/derive/index.ts';
import {
  type FixedSamples,
  join,
  pixelArray,
  type SampleSet,
  type Samples,
  sizeOf,
} from '../data/derive/samples.ts';
import { completeReference } from '../data/derive/section.ts';
import { refuseStep } from '../data/derive/step.ts';
import type { Shape } from '../kernels/kernel.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import { countAmong, isProbability, topScores } from './scores.ts';

/** Samples that a network is judged on, read when they are needed. */
export interface Judged {
  readonly count: number;
  /** As the network's own classes; one per sample. */
  readonly labels: Int32Array;
  /** Samples from one on, and where they are in the source. */
  read(first: number, count: number): Promise<{ source: SampleSource; indices: Uint32Array }>;
  close(): Promise<void>;
}

/** The data that a network was trained on. */
export interface TrainedData {
  readonly name: string;
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, SampleSource>>;
}

/** What came of judging some samples. */
export interface Judgement {
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** Of the predicted class. */
  readonly confidences: Float32Array;
  readonly lossSum: number;
  readonly correct: number;
  /** How many have their class among the five largest outputs; null with five classes or fewer. */
  readonly amongFive: number | null;
}

/**
 * The test set that a network was trained beside, or other data: of a data set its test samples, of one's own all there
 * are. Other data are brought to the size and the channels that the network's own have; their classes are those of the same
 * names, or, where there are as many, of the same numbers.
 * @throws `dataset.*`; `argument.invalid` for data that do not fit
 */
export async function openJudged(
  trained: TrainedData,
  reference: DatasetReference | undefined,
  home: string,
): Promise<Judged> {
  if (reference === undefined) return ownTest(trained);
  const { base, set } = await derive(completeReference(reference), home);
  try {
    const samples = alike(chosenSplits(reference, set), trained);
    const labels = ownLabels(samples, set, trained, base.title);
    return {
      count: samples.count,
      labels,
      read: reader(samples, labels, trained),
      close: () => base.close(),
    };
  } catch (thrown) {
    await base.close();
    throw thrown;
  }
}

function ownTest({ splits }: TrainedData): Judged {
  const source = splits.test as SampleSource;
  const { labels } = source;
  const read = async (first: number, count: number) => ({
    source,
    indices: Uint32Array.from({ length: Math.min(count, labels.length - first) }, (_, i) => first + i),
  });
  return { count: labels.length, labels, read, close: async () => {} };
}

/** Of one's own data, which are there to be judged, everything; the share that training would hold out means nothing here. */
function chosenSplits({ name, source }: DatasetReference, { splits }: SampleSet): Samples {
  const names = source ? ['train', 'test'] : ['test'];
  const parts = names.flatMap((split) => splits[split] ?? []);
  if (parts.length > 0) return parts.reduce(join);
  throw misfit(name, `${name} has no test set`, 'Choose a data set that has one, or a folder of images.');
}

/** In the size and with the channels of the network's own data. */
function alike(samples: Samples, trained: TrainedData): FixedSamples {
  const [channels, height, width] = mapShape(trained.shape);
  if (trained.splits.train?.images instanceof Float32Array) {
    throw misfit(
      trained.name,
      'the network was trained on whitened images, and others cannot be whitened alike',
      'Judge it on its own test set.',
    );
  }
  const steps = [{ type: 'resize', height, width, method: 'area', keep: 'all' }];
  const turned = (before: Samples, step: { type: string }) =>
    derivations
      .get(step.type)
      ?.apply(step, { classes: [], splits: { test: before } }, refuseStep(0, step.type)).splits
      .test as Samples;
  const sized = steps.reduce(turned, samples) as FixedSamples;
  const fitting =
    channels === 1 && sized.shape[0] === 3 ? (turned(sized, { type: 'grey' }) as FixedSamples) : sized;
  if (fitting.shape[0] === channels) return fitting;
  throw misfit(
    trained.name,
    `the network takes images of ${channels} channels, not ${fitting.shape[0]}`,
    'Choose colour images.',
  );
}

function ownLabels(
  { labels }: FixedSamples,
  { classes }: SampleSet,
  trained: TrainedData,
  title: string,
): Int32Array {
  if (labels === null)
    throw misfit(title, `${title} has no labels`, 'Put the images into a folder for each class.');
  const byName = classes.map((name) => trained.classes.indexOf(name));
  if (!byName.includes(-1)) return labels.map((label) => byName[label] as number);
  if (classes.length === trained.classes.length) return labels;
  const unknown = classes.filter((_, i) => byName[i] === -1);
  throw misfit(
    title,
    `the network has no class ${unknown.slice(0, 3).join(', ')}`,
    `Its classes are ${trained.classes.join(', ')}: call the folders so.`,
  );
}

function misfit(subject: string, reason: string, hint: string): ConvolabError {
  return new ConvolabError('argument.invalid', `A network cannot be judged on this: ${reason}.`, {
    subject,
    hint,
  });
}

function reader(samples: FixedSamples, labels: Int32Array, trained: TrainedData): Judged['read'] {
  const shape = samples.shape as ImageShape;
  return async (first, count) => {
    const length = Math.max(0, Math.min(count, samples.count - first));
    const places = Uint32Array.from({ length }, (_, i) => first + i);
    const images = pixelArray(samples.floats, length * sizeOf(shape));
    await samples.read(places, images);
    const source = {
      images,
      labels: labels.slice(first, first + length),
      shape,
      classes: trained.classes.length,
    };
    return { source, indices: Uint32Array.from({ length }, (_, i) => i) };
  };
}

/** Runs samples from one on forward through a network. */
export async function judge(
  program: Program,
  judged: Judged,
  transform: Transform,
  wanted: { readonly first: number; readonly count: number },
): Promise<Judgement> {
  const { source, indices } = await judged.read(wanted.first, wanted.count);
  const size = elements(program.plan.values[program.plan.outputValue]?.shape ?? []);
  program.attach('judged', source, transform);
  const report = await program.evaluate('judged', indices, { outputs: true });
  const { predictions, outputs = new Float32Array(), lossSum, correct } = report;
  const confidences = topScores(outputs, predictions, size, isProbability(program.plan.loss));
  const labels = Int32Array.from(indices, (index) => source.labels[index] as number);
  const amongFive = size > 5 ? countAmong(outputs, labels, size, 5) : null;
  return { labels, predictions, confidences, lossSum, correct, amongFive };
}
