import { call } from '../../../core/cli/call.ts';
import type { MetricPoint } from '../../../core/contract/events.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { newRun } from '../../../core/engine/new-run.ts';
import type { Owner } from '../../../core/store/owners.ts';
import { openStore, type Store } from '../../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { claimNext, goneOwner } from '../store.ts';

/** A data folder to look at, and the pages that are worth looking at with it. */
export interface Scene {
  readonly name: string;
  /** Fills an empty home; gives the ids of its runs, newest last. */
  fill(home: string): Promise<string[]>;
  pages(runs: string[]): Readonly<Record<string, string>>;
}

const everywhere = {
  experiments: '/experiments',
  new: '/new',
  compare: '/compare',
  data: '/data/mnist',
  models: '/models/lenet-5',
  queue: '/queue',
  trash: '/trash',
  settings: '/settings',
};

const tabsOf = (run: string) =>
  Object.fromEntries(
    ['curves', 'confusion', 'kernels', 'maps', 'configuration', 'log'].map((tab) => [
      `run-${tab}`,
      `/run/${run}?tab=${tab}`,
    ]),
  );

export const scenes: readonly Scene[] = [
  { name: '0', fill: async () => [], pages: () => everywhere },
  {
    name: '1',
    fill: (home) =>
      train(home, {
        ...onMnist,
        name: 'A name of sixty characters, as somebody in a hurry may type',
        model: { preset: 'lenet-5', options: { activation: 'relu' } },
      }),
    pages: ([run = '']) => ({ ...everywhere, ...tabsOf(run), clone: `/new?clone=${run}` }),
  },
  {
    name: '6',
    fill: (home) =>
      train(home, {
        ...onMnist,
        name: 'Sigmoid vs ReLU on MNIST',
        model: { preset: 'lenet-5' },
        grid: { 'model.options.activation': ['sigmoid', 'relu'] },
        seeds: [1, 2, 3],
      }),
    pages: ([run = '']) => ({ ...everywhere, ...tabsOf(run) }),
  },
  {
    name: '1000',
    fill: async (home) => {
      const store = openStore(home);
      const runs = fillStore(store);
      store.close();
      return runs;
    },
    pages: (runs) => ({
      ...everywhere,
      'run-curves': `/run/${runs.at(-30)}`,
      'run-log': `/run/${runs.at(-30)}?tab=log`,
    }),
  },
];

/** A quarter of a minute of training at most: 10,000 digits an epoch. */
const onMnist = {
  version: 1,
  dataset: { name: 'mnist', validation: 50_000, preprocess: [{ type: 'standardize' }] },
  train: { epochs: 3, batchSize: 64, optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9 } },
};

/** Trains an experiment to its end, by an engine of its own. */
async function train(home: string, config: unknown): Promise<string[]> {
  const engine = await createEngine({ home });
  const { runs } = await call(engine, 'experiments.create', { config });
  const ended = Promise.withResolvers<void>();
  const left = new Set(runs);
  engine.subscribe((events) => {
    for (const event of events) {
      if (event.type !== 'runs.changed') continue;
      for (const { id, status } of event.runs)
        if (status === 'finished' || status === 'failed') left.delete(id);
    }
    if (left.size === 0) ended.resolve();
  });
  await ended.promise;
  await engine.close();
  return runs;
}

const experiments = 40;
const runsEach = 25;
const epochs = 20;
const ticks = 100;
const stepsPerTick = 31;
const lastStep = ticks * stepsPerTick;

/** A thousand runs in forty experiments, in every state a run can have, with curves drawn by a formula. */
function fillStore(store: Store): string[] {
  const all: string[] = [];
  const owners = { present: store.owners.register(), gone: goneOwner(store) };
  for (let experiment = 0; experiment < experiments; experiment++) {
    const name = `Sweep ${experiment + 1}: rate and activation`;
    const sweep = {
      ...onMnist,
      name,
      model: { preset: 'lenet-5' },
      train: { ...onMnist.train, epochs },
      grid: { 'train.optimizer.lr': [0.01, 0.02, 0.05, 0.1, 0.2] },
      seeds: [1, 2, 3, 4, 5],
      backend: 'cpu',
    };
    const runs = store.runs.create(
      store.experiments.create(name, sweep),
      expandExperiment(parseExperiment({ config: sweep })).map(newRun),
    );
    for (const [index, run] of runs.entries()) settle(store, run, experiment * runsEach + index, owners);
    all.push(...runs);
  }
  store.owners.remove(owners.present);
  return all;
}

/** Leads a run that waits to the state that its number gives it: most finished, the last few still waiting. */
function settle(store: Store, run: string, number: number, owners: Record<'present' | 'gone', Owner>): void {
  if (number >= experiments * runsEach - 10) return;
  if (number % 17 === 3) {
    store.runs.transition(run, 'stopped');
    return;
  }
  const interrupted = number % 19 === 4;
  const owner = interrupted ? owners.gone : owners.present;
  claimNext(store, owner);
  const left = interrupted || number % 13 === 5 || number % 11 === 7;
  const end = left ? epochs * 0.6 : epochs;
  learn(store, run, number, end);
  const step = (end * lastStep) / epochs;
  store.runs.progress(run, owner, { epoch: end, step, seconds: end * 4, imagesPerSecond: 31_000 });
  if (interrupted) return;
  if (number % 13 === 5) {
    const message = 'The loss is no longer finite at step 812.';
    store.runs.transition(run, 'failed', {
      code: 'train.non-finite',
      message,
      hint: 'Clone it with a lower learning rate.',
    });
  } else store.runs.transition(run, number % 11 === 7 ? 'paused' : 'finished');
}

/** Learning as it usually goes: fast, then slower, with some noise that depends on the run alone. */
function learn(store: Store, run: string, number: number, end: number): void {
  const points: MetricPoint[] = [];
  for (let tick = 1; tick <= (end * ticks) / epochs; tick++) {
    const at = { step: tick * stepsPerTick, epoch: (tick * epochs) / ticks, seconds: tick * 0.8 };
    const { loss, accuracy } = state(at.epoch, number);
    const values = { 'train/loss': loss, 'train/accuracy': accuracy, 'train/rate': 0.1 };
    for (const [metric, value] of Object.entries(values)) points.push({ run, metric, ...at, value });
  }
  store.metrics.append(points);
  for (let epoch = 1; epoch <= end; epoch++) {
    for (const split of ['validation', 'test']) {
      const metrics = state(epoch - 0.3, number);
      const correct = Math.round(metrics.accuracy * 10_000);
      const step = (epoch * lastStep) / epochs;
      store.evaluations.record(run, {
        split,
        epoch,
        step,
        seconds: epoch * 4,
        samples: 10_000,
        correct,
        metrics,
      });
    }
  }
}

function state(epoch: number, number: number): { loss: number; accuracy: number } {
  const noise = 0.002 * Math.sin(epoch * 8.5 + number);
  const error = (0.6 + 0.02 * (number % 5)) * Math.exp(-epoch / 3) + 0.014 + 0.001 * (number % 7) + noise;
  return { loss: 2.3 * error, accuracy: 1 - error };
}
