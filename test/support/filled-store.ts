import type { MetricPoint } from '../../core/contract/events.ts';
import { newRun } from '../../core/engine/new-run.ts';
import type { Owner } from '../../core/store/owners.ts';
import type { Store } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { claimNext, goneOwner } from './store.ts';

/** How much a store is filled with. */
export interface Filling {
  /** A multiple of 25, which is what one experiment has. */
  readonly runs: number;
  /** Metrics of training that each run logs, beside those of its evaluations; 3 at least. */
  readonly metrics: number;
  /** Points of each of them; a multiple of the 20 epochs. */
  readonly points: number;
  /** Runs at the end that wait, and train as soon as an engine opens the store. */
  readonly waiting: number;
}

/** Enough to look at. */
export const sparse: Filling = { runs: 1000, metrics: 3, points: 100, waiting: 10 };
/** What the window has to stand. */
export const dense: Filling = { runs: 1000, metrics: 20, points: 1000, waiting: 0 };

const runsEach = 25;
const epochs = 20;
const stepsPerEpoch = 1000;

type Owners = Readonly<Record<'present' | 'gone', Owner>>;

/**
 * Runs by the real store's own code, in experiments of 25, in every state a run can have, with curves drawn by a formula of the run's
 * number alone; most are finished.
 * @param filled called after each run, with how many there are
 * @returns their ids, oldest first
 */
export function fillStore(
  store: Store,
  filling: Filling,
  filled: (runs: number) => void = () => {},
): string[] {
  const owners: Owners = { present: store.owners.register(), gone: goneOwner(store) };
  const all: string[] = [];
  for (let experiment = 0; experiment < filling.runs / runsEach; experiment++) {
    for (const run of queueSweep(store, experiment + 1)) {
      settle(store, run, all.length, filling, owners);
      all.push(run);
      filled(all.length);
    }
  }
  store.owners.remove(owners.present);
  return all;
}

function queueSweep(store: Store, number: number): string[] {
  const config = {
    version: 1,
    name: `Sweep ${number}: rate and activation`,
    dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
    model: { preset: 'lenet-5', options: { activation: number % 2 === 0 ? 'relu' : 'sigmoid' } },
    train: { epochs, batchSize: 64, optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9 } },
    grid: { 'train.optimizer.lr': [0.01, 0.02, 0.05, 0.1, 0.2] },
    seeds: [1, 2, 3, 4, 5],
    backend: 'cpu',
  };
  const runs = expandExperiment(parseExperiment({ config })).map(newRun);
  return store.runs.create(store.experiments.create(config.name, config), runs);
}

/** Leads a run that waits to the state that its number gives it. */
function settle(store: Store, run: string, number: number, filling: Filling, owners: Owners): void {
  if (number >= filling.runs - filling.waiting) return;
  if (number % 17 === 3) {
    store.runs.transition(run, 'stopped');
    return;
  }
  const interrupted = number % 19 === 4;
  const failed = number % 13 === 5;
  const paused = number % 11 === 7;
  const owner = interrupted ? owners.gone : owners.present;
  claimNext(store, owner);
  const end = interrupted || failed || paused ? 0.6 * epochs : epochs;
  learn(store, run, number, end, filling);
  const seconds = 4 * end;
  store.runs.progress(run, owner, {
    epoch: end,
    step: end * stepsPerEpoch,
    seconds,
    imagesPerSecond: 31_000,
  });
  if (interrupted) return;
  if (failed) {
    store.runs.transition(run, 'failed', {
      code: 'train.non-finite',
      message: 'The loss is no longer finite at step 812.',
      hint: 'Clone it with a lower learning rate.',
    });
  } else store.runs.transition(run, paused ? 'paused' : 'finished');
}

/** Learning as it usually goes: fast, then slower, with some noise. */
function learn(store: Store, run: string, number: number, end: number, filling: Filling): void {
  const count = (filling.points * end) / epochs;
  const points: MetricPoint[] = [];
  for (let metric = 0; metric < filling.metrics; metric++) {
    const name = metricName(metric);
    for (let point = 1; point <= count; point++) {
      const epoch = (point * epochs) / filling.points;
      const { loss, accuracy } = stateAt(epoch, number);
      const step = Math.round(epoch * stepsPerEpoch);
      const value = metric === 0 ? loss : metric === 1 ? accuracy : loss / metric;
      points.push({ run, metric: name, step, epoch, seconds: 4 * epoch, value });
    }
  }
  store.transaction(() => {
    store.metrics.append(points);
    for (let epoch = 1; epoch <= end; epoch++) evaluate(store, run, number, epoch);
  });
}

/** `train/loss`, `train/accuracy`, `train/rate`, then one `health/...` for each layer and figure. */
function metricName(index: number): string {
  const first = ['train/loss', 'train/accuracy', 'train/rate'][index];
  return first ?? `health/${['dead', 'saturated', 'gradient', 'weight'][index % 4]}-${Math.floor(index / 4)}`;
}

function evaluate(store: Store, run: string, number: number, epoch: number): void {
  for (const split of ['validation', 'test']) {
    const metrics = stateAt(epoch - 0.3, number);
    const correct = Math.round(10_000 * metrics.accuracy);
    const at = { epoch, step: epoch * stepsPerEpoch, seconds: 4 * epoch };
    store.evaluations.record(run, { split, ...at, samples: 10_000, correct, metrics });
  }
}

function stateAt(epoch: number, number: number): { loss: number; accuracy: number } {
  const noise = 0.002 * Math.sin(8.5 * epoch + number);
  const error = (0.6 + 0.02 * (number % 5)) * Math.exp(-epoch / 3) + 0.014 + 0.001 * (number % 7) + noise;
  return { loss: 2.3 * error, accuracy: 1 - error };
}
