import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../core/store/store.ts';
import { aRun, queueRuns, temporaryStore } from '../support/store.ts';

const point = (run: string, step: number, value: number | null, metric = 'train/loss') => ({
  run,
  metric,
  step,
  epoch: step / 10,
  seconds: step / 2,
  value,
});

const append = (store: Store, run: string, values: readonly (number | null)[]) =>
  store.metrics.append(values.map((value, step) => point(run, step, value)));

describe('a curve', () => {
  test('comes back as it was written, in the order of its steps', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    store.metrics.append([point(run, 20, 0.25), point(run, 0, 1.5)]);
    store.metrics.append([point(run, 10, 0.1 + 0.2)]);
    expect(store.metrics.series(run, 'train/loss')).toEqual({
      run,
      metric: 'train/loss',
      steps: [0, 10, 20],
      epochs: [0, 1, 2],
      seconds: [0, 5, 10],
      values: [1.5, 0.1 + 0.2, 0.25],
      total: 3,
    });
  });

  test('is empty where there is none of that name', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    expect(store.metrics.series(run, 'train/lost')).toMatchObject({ steps: [], total: 0 });
  });

  test('keeps a spike of one step in 100,000 at every zoom', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    const values = Array.from({ length: 100_000 }, (_, step) => Math.sin(step / 1000));
    values[77_777] = 9;
    values[33_333] = -9;
    append(store, run, values);
    for (const maxPoints of [10, 100, 2000, 20_000]) {
      const { steps, values: kept, total } = store.metrics.series(run, 'train/loss', { maxPoints });
      expect(steps.length).toBeLessThanOrEqual(maxPoints);
      expect(kept[steps.indexOf(77_777)]).toBe(9);
      expect(kept[steps.indexOf(33_333)]).toBe(-9);
      expect(total).toBe(100_000);
    }
    const zoomed = store.metrics.series(run, 'train/loss', { maxPoints: 50, from: 70_000, to: 80_000 });
    expect(zoomed.total).toBe(10_001);
    expect(zoomed.steps[0]).toBe(70_000);
    expect(zoomed.steps.at(-1)).toBe(80_000);
    expect(Math.max(...zoomed.values.map((value) => value ?? 0))).toBe(9);
  });

  test('shows values that are not finite as null, and drops none of them', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    const values: number[] = Array.from({ length: 5000 }, (_, step) => step);
    values[1234] = Number.NaN;
    values[3456] = Number.POSITIVE_INFINITY;
    values[4567] = Number.NEGATIVE_INFINITY;
    append(store, run, values);
    const { steps, values: kept } = store.metrics.series(run, 'train/loss', { maxPoints: 200 });
    expect(steps.length).toBeLessThanOrEqual(200);
    for (const step of [1234, 3456, 4567]) expect(kept[steps.indexOf(step)]).toBeNull();
    expect(kept.filter((value) => value === null)).toHaveLength(3);
  });

  test('has the later of two values at one step', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    store.metrics.append([point(run, 1, 5)]);
    store.metrics.append([point(run, 1, 6)]);
    expect(store.metrics.series(run, 'train/loss').values).toEqual([6]);
    expect(store.runs.get(run).last).toEqual({ 'train/loss': 6 });
  });

  test('is refused whole for a run that is not there', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    expect(() => store.metrics.append([point(run, 1, 1), point('nobody', 1, 1)])).toThrow(
      expect.objectContaining({ code: 'run.unknown' }),
    );
    expect(store.metrics.names(run)).toEqual([]);
  });

  test('gives its points after a step, for those who follow it', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    append(store, run, [1, 2, Number.NaN]);
    store.metrics.append([point(run, 2, 7, 'train/rate')]);
    expect(store.metrics.after(run, 0)).toEqual([
      point(run, 1, 2),
      point(run, 2, null),
      point(run, 2, 7, 'train/rate'),
    ]);
    expect(store.metrics.after(run, -1)).toHaveLength(4);
    expect(store.metrics.names(run)).toEqual(['train/loss', 'train/rate']);
  });

  test('tells when it first came to a value: up to it, and for a loss down to it', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    append(store, run, [3, 2, 1, 2, 1]);
    store.metrics.append(
      [0.5, 0.98, 0.97, 0.99].map((value, step) => point(run, step, value, 'test/accuracy')),
    );
    expect(store.metrics.firstReaching(run, 'train/loss', 1)).toEqual({ epoch: 0.2, seconds: 1 });
    expect(store.metrics.firstReaching(run, 'test/accuracy', 0.98)).toEqual({ epoch: 0.1, seconds: 0.5 });
    expect(store.metrics.firstReaching(run, 'test/accuracy', 0.999)).toBeNull();
  });
});

const evaluation = (epoch: number, split: string, accuracy: number) => ({
  split,
  epoch,
  step: epoch * 100,
  seconds: epoch * 10,
  samples: 1000,
  correct: Math.round(accuracy * 1000),
  metrics: { loss: 1 - accuracy, accuracy },
});

describe('the best of a run', () => {
  test('is its best validation, first come; the test accuracy beside it is of that epoch', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    const rows: [number, number, number][] = [
      [1, 0.8, 0.7],
      [2, 0.9, 0.75],
      [3, 0.9, 0.99],
      [4, 0.85, 0.95],
    ];
    for (const [epoch, validation, test] of rows) {
      store.evaluations.record(run, evaluation(epoch, 'test', test));
      store.evaluations.record(run, evaluation(epoch, 'validation', validation));
    }
    expect(store.runs.get(run)).toMatchObject({
      best: 0.9,
      bestEpoch: 2,
      test: 0.75,
      testCorrect: 750,
      testCount: 1000,
      last: { 'validation/accuracy': 0.85, 'test/accuracy': 0.95 },
    });
  });

  test('may be the least of a loss; values that are not finite are never best', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = store.runs.create(store.experiments.create('e', {}), [
      aRun('a', { select: { metric: 'validation/loss', direction: 'min' } }),
    ]);
    for (const [epoch, loss] of [Number.NaN, 0.5, 0.25, Number.NEGATIVE_INFINITY].entries()) {
      store.evaluations.record(run, {
        ...evaluation(epoch, 'validation', 0.5),
        metrics: { loss, accuracy: 0.5 },
      });
    }
    expect(store.runs.get(run)).toMatchObject({ best: 0.25, bestEpoch: 2 });
  });

  test('is found anew when a run goes back to a checkpoint, with what came after it forgotten', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    store.evaluations.record(run, evaluation(1, 'validation', 0.8));
    store.evaluations.record(run, evaluation(2, 'validation', 0.9));
    append(store, run, [1, 2, 3]);
    store.metrics.append([point(run, 150, 4)]);
    store.rewind(run, 100);
    expect(store.runs.get(run)).toMatchObject({
      best: 0.8,
      bestEpoch: 1,
      last: { 'validation/accuracy': 0.8, 'train/loss': 3 },
    });
    expect(store.metrics.series(run, 'train/loss').steps).toEqual([0, 1, 2]);
    store.rewind(run, -1);
    expect(store.runs.get(run)).toMatchObject({ best: null, bestEpoch: null, last: {} });
  });
});

describe('confusion matrices', () => {
  test('come back by epoch, true classes in rows; the last of the test set by default', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    expect(store.evaluations.confusion(run)).toBeUndefined();
    for (const epoch of [1, 2]) {
      const confusion = Uint32Array.of(epoch, 1, 2, 70_000);
      store.evaluations.record(run, { ...evaluation(epoch, 'test', 0.5), confusion });
      store.evaluations.record(run, {
        ...evaluation(epoch, 'validation', 0.5),
        confusion: new Uint32Array([9, 9, 9, 9, 9]).subarray(1),
      });
    }
    store.evaluations.record(run, evaluation(3, 'test', 0.5));
    expect(store.evaluations.confusion(run)).toEqual({
      split: 'test',
      epoch: 2,
      counts: [
        [2, 1],
        [2, 70_000],
      ],
    });
    expect(store.evaluations.confusion(run, 1)?.counts[0]).toEqual([1, 1]);
    expect(store.evaluations.confusion(run, 3)).toBeUndefined();
  });
});

describe('checkpoints', () => {
  const checkpoint = (epoch: number, step: number) => ({
    epoch,
    step,
    path: `runs/x/${step}`,
    bytes: 10,
    sha256: `${step}`,
  });

  test('are found as best, last or by epoch', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    // A pause amid the third epoch, after the second epoch's own.
    for (const [epoch, step] of [
      [1, 100],
      [2, 200],
      [2, 250],
    ] as const) {
      store.checkpoints.record(run, checkpoint(epoch, step));
    }
    store.evaluations.record(run, evaluation(2, 'validation', 0.9));
    expect(store.checkpoints.find(run, 'best').step).toBe(200);
    expect(store.checkpoints.find(run, 2).step).toBe(200);
    expect(store.checkpoints.find(run, 'last')).toEqual({ ...checkpoint(2, 250), best: false, last: true });
    store.checkpoints.remove(run, 250);
    expect(store.checkpoints.find(run, 'last').step).toBe(200);
  });

  test('that are not there are refused, with those that are', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    const refused = (hint: RegExp) =>
      expect.objectContaining({ code: 'argument.invalid', hint: expect.stringMatching(hint) });
    expect(() => store.checkpoints.find(run, 'last')).toThrow(refused(/not been trained long enough/));
    store.checkpoints.record(run, checkpoint(1, 100));
    store.checkpoints.record(run, checkpoint(2, 200));
    expect(() => store.checkpoints.find(run, 3)).toThrow(refused(/epochs 1, 2\./));
    expect(() => store.checkpoints.find(run, 'best')).toThrow(refused(/epochs 1, 2\./));
  });
});

describe('a watcher', () => {
  test('hears what another connection wrote, and not what its own did', async () => {
    using temporary = temporaryStore();
    const { store, home } = temporary;

    const other = openStore(home);
    let heard = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = store.watch(() => {
      heard++;
      resolve();
    }, 5);
    store.settings.set({ own: true });
    await new Promise((done) => setTimeout(done, 50));
    expect(heard).toBe(0);
    other.settings.set({ foreign: true });
    await promise;
    expect(heard).toBe(1);
    expect(store.settings.all()).toEqual({ own: true, foreign: true });
    stop();
    other.close();
  });
});
