import { call } from '../../../core/cli/call.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { openStore } from '../../../core/store/store.ts';
import { tabNames } from '../../../renderer/views/run/tab-names.ts';
import { fillStore, sparse } from '../filled-store.ts';

/** A data folder to look at, and the pages that are worth looking at with it. */
export interface Scene {
  readonly name: string;
  /** Fills an empty home; gives the ids of its runs, newest last. */
  fill(home: string): Promise<string[]>;
  pages(runs: string[]): Readonly<Record<string, string>>;
}

const everywhere = {
  experiments: '/experiments',
  runs: '/runs',
  new: '/new',
  compare: '/compare',
  data: '/data/mnist',
  models: '/models/lenet-5',
  queue: '/queue',
  trash: '/trash',
  settings: '/settings',
};

const tabsOf = (run: string, name = 'run') =>
  Object.fromEntries(tabNames.map((tab) => [`${name}-${tab}`, `/run/${run}?tab=${tab}`]));

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
    pages: ([run = '', , , other = '']) => ({
      ...everywhere,
      ...tabsOf(run),
      'run-backward': `/run/${run}?tab=network&pass=backward&beside=${other}`,
      'run-health-beside': `/run/${run}?tab=health&beside=${other}`,
    }),
  },
  {
    name: 'states',
    fill: async (home) => {
      const snapshots = { weights: false, predictions: false, health: false };
      const bare = { ...onMnist.train, snapshots };
      const high = { ...onMnist.train, optimizer: { type: 'sgd', lr: 100, momentum: 0.9 } };
      const model = { preset: 'lenet-5', options: { activation: 'relu' } };
      return [
        ...(await train(home, { ...onMnist, name: 'Without snapshots', model, train: bare })),
        ...(await train(home, { ...onMnist, name: 'Rate too high', model, train: high })),
      ];
    },
    pages: ([bare = '', failed = '']) => ({ ...tabsOf(bare, 'bare'), ...tabsOf(failed, 'failed') }),
  },
  {
    name: '1000',
    fill: async (home) => {
      const store = openStore(home);
      const runs = fillStore(store, sparse);
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
