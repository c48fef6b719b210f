import { call } from '../../../core/cli/call.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { openStore } from '../../../core/store/store.ts';
import { tabNames } from '../../../renderer/views/run/tab-names.ts';
import { fillStore, sparse } from '../filled-store.ts';

/** A page by its address, and what is done with it before it is looked at. */
export interface Look {
  readonly path: string;
  /** Heading of the part that is scrolled to. */
  readonly to?: string;
  /** Files are dragged over the window. */
  readonly dragging?: true;
}

/** A data folder to look at, and the pages that are worth looking at with it. */
export interface Scene {
  readonly name: string;
  /** Fills an empty home; gives the ids of its runs, newest last. */
  fill(home: string): Promise<string[]>;
  pages(runs: string[]): Readonly<Record<string, string | Look>>;
}

const everywhere = {
  experiments: '/experiments',
  runs: '/runs',
  new: '/new',
  compare: '/compare',
  data: '/data/mnist',
  models: '/models/lenet-5',
  why: '/why-convolution',
  queue: '/queue',
  trash: '/trash',
  settings: '/settings',
};

/** A comparison is longer than any window. */
const partsOf = (comparison: string, name = 'compare') => ({
  [name]: comparison,
  [`${name}-results`]: { path: comparison, to: 'Results' },
  [`${name}-tests`]: { path: comparison, to: 'How sure the differences are' },
  [`${name}-target`]: { path: comparison, to: 'Time to a target' },
  [`${name}-parameters`]: { path: comparison, to: 'Configuration and results' },
  [`${name}-differences`]: { path: comparison, to: 'Configuration differences' },
});

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
    pages: (runs) => {
      const [run = '', , , other = ''] = runs;
      return {
        ...everywhere,
        ...partsOf(`/compare?runs=${runs.join(',')}`),
        'compare-single': `/compare?runs=${runs.join(',')}&group=runs`,
        committee: `/judge?runs=${runs.slice(3).join(',')}`,
        drop: { path: '/experiments', dragging: true },
        ...tabsOf(run),
        'run-backward': `/run/${run}?tab=network&pass=backward&beside=${other}`,
        'run-health-beside': `/run/${run}?tab=health&beside=${other}`,
      };
    },
  },
  {
    name: 'long',
    fill: (home) =>
      train(home, {
        ...onMnist,
        name: 'A name of sixty characters, as somebody in a hurry may type',
        model: { preset: 'lenet-5' },
        train: { ...onMnist.train, epochs: 1 },
        variants: {
          'as published, with squared error': {},
          'ReLU units in the place of the sigmoid ones': { 'model.options.activation': 'relu' },
          'ReLU units and the greatest of each window': {
            'model.options.activation': 'relu',
            'model.options.pooling': 'max',
          },
        },
        seeds: [1, 2],
      }),
    pages: (runs) => ({
      experiments: '/experiments',
      runs: '/runs',
      ...partsOf(`/compare?runs=${runs.join(',')}`),
      'run-curves': `/run/${runs[2]}`,
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
