import { describe, expect, test } from 'vitest';
import { withBootstraps } from '../../../core/cli/significance.ts';
import type { Comparison, RunSummary } from '../../../core/contract/runs.ts';
import type { GroupDifference } from '../../../core/contract/significance.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { defaultTarget, formGroups, testGroups } from '../../../core/engine/comparison.ts';
import { compareHandlers } from '../../../core/engine/handlers/compare.ts';
import { bootstrapIntervals } from '../../../core/engine/statistics/bootstrap.ts';
import type { Store } from '../../../core/store/store.ts';
import { aRun, claimNext, temporaryStore } from '../../support/store.ts';
import { activation, threeRuns } from '../../support/three-runs.ts';

describe('groups', () => {
  const run = (activation: string, lr: number, id: string) => ({
    summary: { ...({} as RunSummary), id, bestMetric: 'test/accuracy', bestEpoch: null, choices: {} },
    config: { activation, lr },
  });

  test('stand in the order of their keys: numbers by size, words as they first appeared', () => {
    const runs = [
      run('relu', 0.2, 'a'),
      run('sigmoid', 0.1, 'b'),
      run('relu', 0.03, 'c'),
      run('relu', 0.1, 'd'),
    ];
    const labels = (keys: string[]) => formGroups(runs, keys, new Map()).map(({ label }) => label);
    expect(labels(['lr'])).toEqual(['0.03', '0.1', '0.2']);
    expect(labels(['activation', 'lr'])).toEqual(['relu, 0.03', 'relu, 0.1', 'relu, 0.2', 'sigmoid, 0.1']);
  });
});

describe('the target to begin with', () => {
  const run = (best: number | null, test: number | null = null, bestMetric = 'validation/accuracy') => ({
    summary: { ...({} as RunSummary), best, test, bestMetric },
    config: {},
  });

  test('is 98%, or where no run came there what all of them did, in whole percent', () => {
    const metric = 'validation/accuracy';
    expect(defaultTarget([run(0.985), run(0.7)])).toEqual({ metric, value: 0.98 });
    expect(defaultTarget([run(0.7291), run(0.719), run(null)])).toEqual({ metric, value: 0.71 });
    expect(defaultTarget([run(null)])).toEqual({ metric, value: 0.98 });
    expect(defaultTarget([run(0.3, 0.655, 'validation/loss')])).toEqual({
      metric: 'test/accuracy',
      value: 0.65,
    });
  });
});

describe('the bootstrap of groups', () => {
  const target = { metric: 'test/accuracy', value: 0.98 };

  /** Runs of one epoch each, a seed for each accuracy. */
  function runsOf(store: Store, fn: string, accuracies: readonly number[]): string[] {
    const make = (_: number, place: number) => aRun(`${fn}/seed ${place + 1}`, { seed: place + 1 });
    const runs = store.runs.create(store.experiments.create(fn, {}), accuracies.map(make));
    for (const [place, run] of runs.entries()) {
      const accuracy = accuracies[place] as number;
      const at = {
        epoch: 1,
        step: 100,
        seconds: 10 + place,
        samples: 1000,
        correct: Math.round(1000 * accuracy),
      };
      const metrics = { loss: 1 - accuracy, accuracy };
      store.evaluations.record(run, { ...at, split: 'validation', metrics });
      store.evaluations.record(run, { ...at, split: 'test', metrics });
    }
    return runs;
  }

  test('is that of their numbers, by the outcome asked for, for pairs with seeds enough', async () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const bootstrap = compareHandlers({ store })['runs.bootstrap'];
    const groups = [
      { label: 'none', runs: [] },
      { label: 'sigmoid', runs: runsOf(store, 'sigmoid', [0.9, 0.91, 0.94]) },
      { label: 'two seeds', runs: runsOf(store, 'two seeds', [0.9, 0.91]) },
      { label: 'relu', runs: runsOf(store, 'relu', [0.98, 0.99, 0.985, 0.97]) },
      { label: 'tanh', runs: runsOf(store, 'tanh', [0.98, 0.985, 0.99]) },
      { label: 'elu', runs: runsOf(store, 'elu', [0.99, 0.981, 0.99]) },
    ];
    const [low, high] = bootstrapIntervals([
      { first: [0.9, 0.91, 0.94], second: [0.98, 0.99, 0.985, 0.97] },
    ])[0] as [number, number];
    const byTest = await bootstrap({ groups, outcome: 'test', target });
    expect(byTest.map(({ first, second }) => `${first}-${second}`)).toEqual([
      'sigmoid-relu',
      'sigmoid-tanh',
      'sigmoid-elu',
      'relu-tanh',
      'relu-elu',
      'tanh-elu',
    ]);
    expect(byTest[0]?.interval).toEqual([low, high]);
    // Those of tanh and elu came to the target after 10, 11 and 12 seconds; sigmoid's never did, nor did one of relu's.
    const bySeconds = await bootstrap({ groups, outcome: 'secondsToTarget', target });
    expect(bySeconds).toEqual([
      {
        first: 'tanh',
        second: 'elu',
        interval: bootstrapIntervals([{ first: [10, 11, 12], second: [10, 11, 12] }])[0],
      },
    ]);
  });

  test('stands beside every difference of runs compare, null where nothing is tested', async () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const handlers = compareHandlers({ store });
    const engine = { call: (method: 'runs.compare', params: never) => handlers[method](params) };
    const runs = [
      ...runsOf(store, 'sigmoid', [0.9, 0.91, 0.94]),
      ...runsOf(store, 'relu', [0.98, 0.99, 0.985, 0.97]),
    ];
    const compared = await handlers['runs.compare']({ runs, groupBy: ['seed'] });
    const groups = [runs.slice(0, 3), runs.slice(3)].map((members, i) => ({
      ...(compared.groups[0] as Comparison['groups'][number]),
      label: ['sigmoid', 'relu'][i] as string,
      runs: members,
      counted: members,
    }));
    const summaries = runs.map((id) => ({ summary: store.runs.get(id), config: {} }));
    const significance = testGroups(groups, summaries, new Map());
    const { significance: found } = await withBootstraps(engine as unknown as Engine, {
      ...compared,
      groups,
      significance: [
        ...significance,
        { ...(significance[0] as GroupDifference), first: 'a', tooFewSeeds: true },
      ],
    });
    const drawn = bootstrapIntervals([{ first: [0.9, 0.91, 0.94], second: [0.98, 0.99, 0.985, 0.97] }])[0];
    expect(found.map(({ outcome, bootstrap }) => [outcome, bootstrap])).toEqual([
      ['test', drawn],
      ['best', drawn],
      ['test', null],
    ]);
  });

  test('of nothing to test is nothing', async () => {
    using temporary = temporaryStore();
    const bootstrap = compareHandlers({ store: temporary.store })['runs.bootstrap'];
    expect(await bootstrap({ groups: [{ label: 'none', runs: [] }], outcome: 'test', target })).toEqual([]);
  });
});

describe('comparing runs', () => {
  /** A run of an epoch for each seed and metric that its best is chosen by. */
  function chosenBy(store: Store, seeds: readonly number[], metric: string): string[] {
    const select = { metric, direction: metric.endsWith('/loss') ? 'min' : 'max' } as const;
    const runs = store.runs.create(
      store.experiments.create(metric, {}),
      seeds.map((seed) => aRun(metric, { seed, select, config: { seed, by: metric } })),
    );
    const at = { split: 'validation', epoch: 1, step: 1, seconds: 1, samples: 10, correct: 9 } as const;
    for (const [i, run] of runs.entries()) {
      store.evaluations.record(run, { ...at, metrics: { loss: 0.3 + i / 10, accuracy: 0.9 - i / 10 } });
    }
    return runs;
  }
  const groupsOf = (store: Store, runs: string[], groupBy: string[]) =>
    compareHandlers({ store })['runs.compare']({ runs, groupBy }) as Comparison;

  test('holds no best of one metric against that of another, within a group or between two', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const loss = chosenBy(store, [1, 2, 3], 'validation/loss');
    const accuracy = chosenBy(store, [1, 2, 3], 'validation/accuracy');
    const apart = groupsOf(store, [...loss, ...accuracy], ['by']);
    expect(apart.groups).toMatchObject([
      { bestMetric: 'validation/loss', best: { mean: expect.closeTo(0.4, 12), count: 3 } },
      { bestMetric: 'validation/accuracy', best: { mean: expect.closeTo(0.8, 12), count: 3 } },
    ]);
    expect(apart.significance.filter(({ outcome }) => outcome === 'best')).toEqual([]);
    expect(groupsOf(store, [...loss, ...accuracy], []).groups).toMatchObject([
      { bestMetric: '', best: { mean: null, deviation: null, count: 0 } },
    ]);
    const alike = groupsOf(store, loss, ['seed']).significance;
    expect(alike.filter(({ outcome }) => outcome === 'best')).toHaveLength(3);
  });

  test('names the counted runs that did not finish', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const runs = chosenBy(store, [1, 2, 3], 'validation/accuracy');
    const [whole = '', broken = '', paused = ''] = runs;
    claimNext(store, store.owners.register());
    store.runs.transition(whole, 'finished');
    store.runs.transition(broken, 'failed');
    store.runs.transition(paused, 'paused');
    expect(groupsOf(store, runs, []).groups).toMatchObject([{ counted: runs, unfinished: [broken, paused] }]);
  });

  test('groups by what the experiment varied, with mean and spread over the seeds', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const runs = threeRuns(store);
    const compare = compareHandlers({ store })['runs.compare'];
    const result = compare({ runs }) as Awaited<ReturnType<typeof compare>>;
    expect(result.groupBy).toEqual([activation]);
    expect(result.target).toEqual({ metric: 'validation/accuracy', value: 0.98 });
    expect(result.differences).toEqual([
      { path: 'seed', values: [1, 2, 1] },
      { path: activation, values: ['relu', 'relu', 'sigmoid'] },
    ]);
    expect(result.groups).toMatchObject([
      {
        key: { [activation]: 'relu' },
        label: 'relu',
        runs: runs.slice(0, 2),
        best: {
          mean: expect.closeTo(0.985, 12),
          deviation: expect.closeTo(Math.sqrt(0.00005), 12),
          count: 2,
        },
        bestMetric: 'validation/accuracy',
        bestEpoch: { mean: 1.5, count: 2 },
        test: { mean: expect.closeTo(0.985, 12) },
        epochsToTarget: { mean: 1.5, count: 2 },
        // Run 0 in its second epoch after 20 seconds, run 1 in its first after 11.
        secondsToTarget: { mean: 15.5 },
        reached: 2,
        selectedOnTest: false,
      },
      {
        label: 'sigmoid',
        best: { mean: 0.9, deviation: null, count: 1 },
        epochsToTarget: { mean: null, deviation: null, count: 0 },
        reached: 0,
      },
    ]);
  });

  test('takes every run for itself when asked, and tells namesakes apart', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const runs = threeRuns(store);
    const compare = compareHandlers({ store })['runs.compare'];
    const { groupBy, groups } = compare({ runs, groupBy: 'runs' }) as Awaited<ReturnType<typeof compare>>;
    expect(groupBy).toEqual([]);
    expect(groups.map(({ runs: members, best }) => [members, best.count])).toEqual(
      runs.map((run) => [[run], 1]),
    );
    const names = runs.map((run) => store.runs.get(run).name);
    const unique = (name: string) => names.filter((other) => other === name).length === 1;
    expect(groups.map(({ label }) => label)).toEqual(
      names.map((name, i) => (unique(name) ? name : `${name} (${runs[i]})`)),
    );
  });

  test('groups by any path, and looks for any target', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const runs = threeRuns(store);
    const result = compareHandlers({ store })['runs.compare']({
      runs,
      groupBy: ['seed', activation],
      target: { metric: 'test/loss', value: 0.1 },
    }) as Awaited<ReturnType<ReturnType<typeof compareHandlers>['runs.compare']>>;
    expect(result.groups.map(({ label, reached }) => [label, reached])).toEqual([
      ['1, relu', 1],
      ['1, sigmoid', 1],
      ['2, relu', 1],
    ]);
  });

  test('where the experiment varied nothing, groups by what differs besides the seed', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const experiment = store.experiments.create('e', {});
    const runs = store.runs.create(
      experiment,
      [0.1, 0.2].flatMap((lr) => [1, 2].map((seed) => aRun('r', { seed, config: { seed, lr } }))),
    );
    const compare = compareHandlers({ store })['runs.compare'];
    const result = compare({ runs }) as Awaited<ReturnType<typeof compare>>;
    expect(result.groupBy).toEqual(['lr']);
    expect(result.groups.map(({ label }) => label)).toEqual(['0.1', '0.2']);
    const alike = compare({ runs: runs.slice(0, 2) }) as Awaited<ReturnType<typeof compare>>;
    expect(alike.groups.map(({ label, runs: members }) => [label, members.length])).toEqual([
      ['all runs', 2],
    ]);
  });
});

describe('repeats of a seed', () => {
  /** Three seeds of each activation, every one trained twice: the second time with the accuracies given. */
  function trainedTwice(store: Store, again: (accuracy: number) => number): string[] {
    const experiment = store.experiments.create('twice', {});
    const runs: string[] = [];
    for (const repeat of [0, 1]) {
      for (const [fn, base] of [
        ['sigmoid', 0.96],
        ['relu', 0.98],
      ] as const) {
        for (const seed of [1, 2, 3]) {
          const config = { name: `${fn} ${seed} ${repeat}`, seed, backend: repeat ? 'gpu' : 'cpu', fn };
          const [run = ''] = store.runs.create(experiment, [aRun(config.name, { seed, config })]);
          const first = base + 0.002 * (fn === 'relu' ? seed : seed ** 2);
          const accuracy = repeat ? again(first) : first;
          const metrics = { loss: 1 - accuracy, accuracy };
          for (const split of ['validation', 'test']) {
            store.evaluations.record(run, {
              split,
              epoch: 1,
              step: 100,
              seconds: 10,
              samples: 1000,
              correct: Math.round(1000 * accuracy),
              metrics,
            });
          }
          runs.push(run);
        }
      }
    }
    return runs;
  }
  const compared = (store: Store, runs: string[]) =>
    compareHandlers({ store })['runs.compare']({
      runs,
      groupBy: ['fn'],
      target: { metric: 'test/accuracy', value: 0.9 },
    }) as Awaited<ReturnType<ReturnType<typeof compareHandlers>['runs.compare']>>;

  test('change no number: means, spreads, arrivals and every test are as if each seed were trained once', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const runs = trainedTwice(store, (accuracy) => accuracy);
    const once = compared(store, runs.slice(0, 6));
    const twice = compared(store, runs);
    expect(once.significance[0]).toMatchObject({ counts: [3, 3], paired: { seeds: 3 } });
    expect(twice.significance).toEqual(once.significance);
    for (const [i, { runs: members, repeats, ...group }] of twice.groups.entries()) {
      expect(members).toHaveLength(6);
      expect(repeats.map(({ seed, differ }) => [seed, differ])).toEqual([
        [1, false],
        [2, false],
        [3, false],
      ]);
      const { runs: _runs, repeats: _repeats, ...expected } = once.groups[i]!;
      expect(group).toEqual(expected);
      expect(group).toMatchObject({ seeds: 3, test: { count: 3 }, reached: 3 });
    }
  });

  test('are told apart from the counted run where their results are not the same', () => {
    using temporary = temporaryStore();
    const runs = trainedTwice(temporary.store, (accuracy) => accuracy - 0.001);
    const { groups } = compared(temporary.store, runs);
    expect(groups[0]?.counted).toEqual(runs.slice(0, 3));
    expect(groups[0]?.repeats[0]).toEqual({ seed: 1, counted: runs[0], left: [runs[6]], differ: true });
  });

  test('are no repeats where more than the seed differs, and the keys are named', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const experiment = store.experiments.create('rates', {});
    const runs = store.runs.create(
      experiment,
      [0.1, 0.2].flatMap((lr) => [1, 2].map((seed) => aRun('r', { seed, config: { seed, lr } }))),
    );
    const at = { epoch: 1, step: 1, seconds: 1, samples: 10, correct: 9 };
    for (const run of runs) {
      store.evaluations.record(run, { split: 'validation', ...at, metrics: { loss: 1, accuracy: 0.9 } });
    }
    const { groups } = compareHandlers({ store })['runs.compare']({ runs, groupBy: [] }) as Awaited<
      ReturnType<ReturnType<typeof compareHandlers>['runs.compare']>
    >;
    expect(groups).toMatchObject([{ seeds: 2, mixed: ['lr'], repeats: [], best: { count: 4 } }]);
  });
});
