import { newRun } from '../../core/engine/new-run.ts';
import type { Store } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { claimNext } from './store.ts';

/** One run that is to look as if it had been trained: accuracy on validation and test at the end of every epoch. */
export interface Trained {
  readonly name: string;
  readonly activation: string;
  readonly lr?: number;
  /** What its experiment varied, by which it is grouped; the activation unless said. */
  readonly varied?: 'activation' | 'lr';
  readonly seed: number;
  /** Validation accuracy per epoch; NaN is kept as what is not finite. */
  readonly accuracies: readonly number[];
  /** Epochs it was to train for; as many as it has unless said. */
  readonly epochs?: number;
  /** How it ended; finished unless said. */
  readonly ending?: 'finished' | 'failed';
  /** What its best is chosen by; validation accuracy unless said. */
  readonly metric?: 'validation/accuracy' | 'validation/loss';
}

/** Puts ended runs with given curves into a store, by its own code. An epoch has 100 steps and takes two seconds. */
export function putRuns(store: Store, runs: readonly Trained[]): string[] {
  const owner = store.owners.register();
  // At once: an engine that watches the store must not take a run that only waits for a moment.
  const ids = store.transaction(() => runs.map((run) => putRun(store, owner, run)));
  store.owners.remove(owner);
  return ids;
}

function putRun(store: Store, owner: ReturnType<Store['owners']['register']>, run: Trained): string {
  const { name, activation, lr = 0.05, varied = 'activation', seed, accuracies } = run;
  const { epochs = accuracies.length, ending = 'finished', metric = 'validation/accuracy' } = run;
  const select = { metric, direction: metric === 'validation/loss' ? 'min' : 'max' };
  const config = {
    version: 1,
    name,
    dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
    model: { preset: 'lenet-5' },
    train: { epochs, batchSize: 64, optimizer: { type: 'sgd', lr }, select },
    grid: varied === 'lr' ? { 'train.optimizer.lr': [lr] } : { 'model.options.activation': [activation] },
    seeds: [seed],
    backend: 'cpu',
  };
  const made = expandExperiment(parseExperiment({ config })).map(newRun);
  const [id = ''] = store.runs.create(store.experiments.create(name, config), made);
  claimNext(store, owner);
  for (const [before, accuracy] of accuracies.entries()) {
    const epoch = before + 1;
    const at = { epoch, step: 100 * epoch, seconds: 2 * epoch };
    const metrics = { loss: 1 - accuracy, accuracy };
    for (const split of ['validation', 'test']) {
      const correct = Number.isFinite(accuracy) ? Math.round(10_000 * accuracy) : 0;
      store.evaluations.record(id, { split, ...at, samples: 10_000, correct, metrics });
    }
    const points = [
      { metric: 'train/accuracy', value: accuracy },
      { metric: 'health/dead-C1', value: 0.01 * epoch },
    ];
    store.metrics.append(points.map((point) => ({ run: id, ...at, ...point })));
  }
  const [step, seconds] = [100 * accuracies.length, 2 * accuracies.length];
  store.runs.progress(id, owner, { epoch: accuracies.length, step, seconds, imagesPerSecond: 30_000 });
  store.runs.transition(id, ending);
  return id;
}
