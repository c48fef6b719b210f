import { join } from 'node:path';
import { cutsWindows } from '../data/augment/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { type PlannedTransform, planTransform } from '../data/preprocess.ts';
import { sharedDataset } from '../data/shared.ts';
import { splitValidation } from '../data/split.ts';
import { compilePlan } from '../graph/compile.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { resolveModel } from '../models/index.ts';
import type { CheckpointChoice } from '../store/checkpoints.ts';
import { judgedParameters } from '../train/averaging.ts';
import { readCheckpoint } from '../train/checkpoints.ts';
import type { RunConfig } from '../train/experiment.ts';
import { readWeights } from '../train/snapshots/files.ts';
import { mustBeTrainedOn, type TrainingData } from '../train/training-data.ts';
import type { EngineContext } from './context.ts';

type Place = Pick<EngineContext, 'store' | 'home'>;

/** A run's network with the weights of one epoch, without a device. */
export interface RunNetwork {
  readonly run: string;
  readonly config: RunConfig;
  readonly graph: Graph;
  /** Every layer's output keeps its own buffer. */
  readonly plan: Plan;
  /** Finished epochs. */
  readonly epoch: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** As recorded beside the weights, whatever became of the data since. */
  readonly trainedOn: TrainingData;
}

/** A run's data as its network sees it. */
export interface RunData {
  readonly dataset: Dataset;
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  readonly input: PlannedTransform;
}

/** The file that holds the weights of one epoch. */
export interface KeptFile {
  readonly kind: 'snapshot' | 'checkpoint';
  /** Finished epochs. */
  readonly epoch: number;
  /** Relative to the home folder. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * Where the weights lie that a choice comes to: in one of the run's checkpoints, or kept of another epoch.
 * @throws `run.unknown`; `argument.invalid` where there are none
 */
export function findWeights(
  { store }: Pick<Place, 'store'>,
  run: string,
  choice: CheckpointChoice,
): KeptFile {
  const snapshot = typeof choice === 'number' ? store.snapshots.find(run, 'weights', choice) : undefined;
  return snapshot
    ? { ...snapshot, kind: 'snapshot' }
    : { ...store.checkpoints.find(run, choice), kind: 'checkpoint' };
}

/**
 * Compiles a run's network and reads the weights that a choice comes to.
 * @throws `run.unknown`; `argument.invalid` where there are no such weights; `file.unreadable`, `file.damaged`
 */
export async function openRunNetwork(
  place: Place,
  run: string,
  choice: CheckpointChoice,
): Promise<RunNetwork> {
  const config = place.store.runs.setup(run).config as RunConfig;
  const graph = buildGraph(await resolveModel(config.model));
  const plan = compilePlan(graph, { retain: true });
  const weights = await readWeightsOf(findWeights(place, run, choice), place.home, config);
  return { run, config, graph, plan, ...weights };
}

async function readWeightsOf(
  { kind, epoch, path, sha256 }: KeptFile,
  home: string,
  config: RunConfig,
): Promise<Pick<RunNetwork, 'epoch' | 'parameters' | 'trainedOn'>> {
  const file = join(home, path);
  if (kind === 'snapshot') {
    const { parameters, data } = await readWeights(file, sha256);
    return { epoch, parameters, trainedOn: data };
  }
  const { state, data } = await readCheckpoint(file, sha256);
  return { epoch, parameters: judgedParameters(state, config.train.average), trainedOn: data };
}

/**
 * What was worked out for a data set in memory, and is forgotten with it: walking over all training images again for
 * every picture that is looked at would take longer than the picture.
 */
const worked = new WeakMap<Dataset, Map<string, RunData>>();

/**
 * Opens a run's data set, with the split and the normalisation that it trained with.
 * @throws `dataset.*`; `dataset.missing` too where other data took its place
 */
export async function openRunData({ home }: Pick<Place, 'home'>, network: RunNetwork): Promise<RunData> {
  const { config, plan } = network;
  const { validation, preprocess } = config.dataset;
  const dataset = await sharedDataset(config.dataset, home);
  mustBeTrainedOn(network.trainedOn, dataset);
  const known = worked.get(dataset) ?? new Map<string, RunData>();
  worked.set(dataset, known);
  const key = JSON.stringify([validation, preprocess, config.seed, plan.input]);
  const data = known.get(key) ?? planData(dataset, network);
  known.set(key, data);
  return data;
}

function planData(dataset: Dataset, { config, plan }: RunNetwork): RunData {
  const train = dataset.splits.train as Dataset['splits'][string];
  const held = splitValidation(train.labels.length, config.dataset.validation, config.seed);
  return {
    dataset,
    training: held.train,
    validation: held.validation,
    input: planTransform(
      config.dataset.preprocess,
      train,
      held.train,
      plan.input,
      cutsWindows(config.dataset.augment),
    ),
  };
}
