import { join } from 'node:path';
import { openDataset } from '../../core/data/index.ts';
import { planTransform } from '../../core/data/preprocess.ts';
import { splitValidation } from '../../core/data/split.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { resolveModel } from '../../core/models/index.ts';
import type { Store } from '../../core/store/store.ts';
import { checkpointFile, writeCheckpoint } from '../../core/train/checkpoints.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../core/train/experiment.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { start } from '../../core/train/position.ts';
import type { TrainingData } from '../../core/train/training-data.ts';
import { aRun } from './store.ts';

/** An experiment on eight digits, three of them held out. */
export const smallExperiment = {
  version: 1,
  name: 'eight digits',
  dataset: { name: 'mnist', validation: 3, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5', options: { activation: 'relu' } },
  train: { epochs: 2, batchSize: 4 },
};

/** Queues a run, and gives it checkpoints of these epochs with the initial parameters of their own seed. */
export async function checkpointedRun(
  store: Store,
  epochs: readonly number[],
  experiment: unknown = smallExperiment,
): Promise<{ run: string; config: RunConfig }> {
  const [config] = expandExperiment(parseExperiment({ config: experiment }));
  if (!config) throw new Error('the experiment has no run');
  const [run = ''] = store.runs.create(store.experiments.create(config.experiment, experiment), [
    aRun(config.name, { config, select: config.train.select }),
  ]);
  const plan = compilePlan(buildGraph(await resolveModel(config.model)), { retain: false });
  const data = await trainingDataOf(config, store.home, plan.input);
  for (const epoch of epochs) {
    const at = { ...start, epoch, step: epoch * 2 };
    const path = `runs/${run}/${checkpointFile(at)}`;
    const parameters = initialParameters(plan, epoch);
    const optimizer = new Map([...parameters].map(([name, data]) => [`${name}.velocity`, data]));
    const written = await writeCheckpoint(join(store.home, path), plan, { parameters, optimizer }, at, data);
    store.checkpoints.record(run, { epoch, step: at.step, path, ...written });
  }
  return { run, config };
}

async function trainingDataOf(
  { dataset: { name, validation, preprocess }, seed }: RunConfig,
  home: string,
  input: readonly number[],
): Promise<TrainingData> {
  const { splits, hash, classes } = await openDataset(name, home);
  if (!splits.train) throw new Error('no training set');
  const held = splitValidation(splits.train.labels.length, validation, seed);
  const { mean, deviation } = planTransform(preprocess, splits.train, held.train, input);
  return { name, hash, classes: [...classes], mean, deviation };
}
