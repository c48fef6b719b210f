import type { Store } from '../../core/store/store.ts';
import { aRun } from './store.ts';

/** The setting that they differ in besides the seed. */
export const activation = 'model.options.activation';

/** Runs of relu with seeds 1 and 2, and of sigmoid with seed 1, of two epochs. */
export function threeRuns(store: Store): string[] {
  const experiment = store.experiments.create('relu or not', {});
  const make = (fn: string, seed: number) =>
    aRun(`${fn}/seed ${seed}`, {
      seed,
      choices: { [activation]: fn },
      config: { name: `${fn}/seed ${seed}`, seed, model: { preset: 'lenet-5', options: { activation: fn } } },
    });
  const runs = store.runs.create(experiment, [make('relu', 1), make('relu', 2), make('sigmoid', 1)]);
  const accuracies = [
    [0.97, 0.99],
    [0.98, 0.97],
    [0.5, 0.9],
  ];
  for (const [index, run] of runs.entries()) {
    for (const [before, accuracy] of (accuracies[index] ?? []).entries()) {
      const epoch = before + 1;
      const at = { epoch, step: epoch * 100, seconds: epoch * 10 + index, samples: 100 };
      const metrics = { loss: 1 - accuracy, accuracy };
      store.evaluations.record(run, { ...at, split: 'validation', correct: accuracy * 100, metrics });
      store.evaluations.record(run, { ...at, split: 'test', correct: accuracy * 100, metrics });
    }
  }
  return runs;
}
