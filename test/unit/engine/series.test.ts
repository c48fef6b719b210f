import { describe, expect, test } from 'vitest';
import { formBand, seriesHandlers } from '../../../core/engine/handlers/series.ts';
import { aRun, temporaryStore } from '../../support/store.ts';
import { threeRuns } from '../../support/three-runs.ts';

/** The end of an epoch, when and at which step is not looked at. */
const end = (value: number | null) => ({ step: 0, seconds: 0, value });

describe('a band', () => {
  test('is mean and spread on the epochs that all runs have', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = ''] = threeRuns(store);
    const point = { metric: 'validation/accuracy', step: 300, epoch: 3, seconds: 1, value: 1 };
    store.metrics.append([{ run: a, ...point }]);
    const bands = seriesHandlers({ store })['runs.bands'];
    const [band] = bands({
      groups: [{ label: 'relu', runs: [a, b] }],
      metrics: ['validation/accuracy'],
    }) as Awaited<ReturnType<typeof bands>>;
    expect(band).toMatchObject({
      label: 'relu',
      metric: 'validation/accuracy',
      epochs: [1, 2],
      steps: [100, 200],
      // Run 1 is a second behind run 0.
      seconds: [10.5, 20.5],
      count: [2, 2],
    });
    expect(band?.mean).toEqual([expect.closeTo(0.975, 12), expect.closeTo(0.98, 12)]);
    const half = 0.01 / Math.SQRT2;
    expect(band?.low[0]).toBeCloseTo(0.975 - half, 12);
    expect(band?.high[0]).toBeCloseTo(0.975 + half, 12);
  });

  test('may be of standard errors or of 95% confidence', () => {
    const curves = [1, 2, 3].map((value) => new Map([[1, end(value)]]));
    expect(formBand('', '', curves, 'deviation').high).toEqual([3]);
    expect(formBand('', '', curves, 'error').high[0]).toBeCloseTo(2 + 1 / Math.sqrt(3), 12);
    expect(formBand('', '', curves, 'ci95').low[0]).toBeCloseTo(2 - 4.3026527297 / Math.sqrt(3), 8);
  });

  test('leaves out a value that is not finite, and says of how many runs it is', () => {
    const curves = [
      new Map([
        [1, end(4)],
        [2, end(null)],
      ]),
      new Map([
        [1, end(6)],
        [2, end(5)],
      ]),
    ];
    expect(formBand('', '', curves, 'deviation')).toMatchObject({
      mean: [5, 5],
      count: [2, 1],
      low: [5 - Math.SQRT2, 5],
    });
  });

  test('of runs without a common epoch is empty', () => {
    expect(formBand('x', 'm', [new Map([[1, end(1)]]), new Map([[2, end(1)]])], 'error').epochs).toEqual([]);
  });
});

test('curves come for each run and metric, in that order', () => {
  using temporary = temporaryStore();
  const { store } = temporary;
  const [a = '', b = ''] = threeRuns(store);
  const series = seriesHandlers({ store })['runs.series'];
  const result = series({ runs: [b, a], metrics: ['test/loss', 'test/accuracy'], from: 150 }) as Awaited<
    ReturnType<typeof series>
  >;
  expect(result.map(({ run, metric, steps }) => [run, metric, steps])).toEqual([
    [b, 'test/loss', [200]],
    [b, 'test/accuracy', [200]],
    [a, 'test/loss', [200]],
    [a, 'test/accuracy', [200]],
  ]);
});

test('extremes are the least and the greatest finite value of a metric, with their epochs', () => {
  using temporary = temporaryStore();
  const { store } = temporary;
  const [run = ''] = store.runs.create(store.experiments.create('e', {}), [aRun('r')]);
  const values = [0.5, Number.NaN, 0.2, Number.POSITIVE_INFINITY, 0.9, 0.3];
  store.metrics.append(
    values.map((value, step) => ({
      run,
      metric: 'train/loss',
      step,
      epoch: step / 2,
      seconds: step,
      value,
    })),
  );
  const extremes = seriesHandlers({ store })['runs.extremes'];
  expect(extremes({ runs: [run], metric: 'train/loss' })).toEqual([
    { run, least: { value: 0.2, epoch: 1 }, most: { value: 0.9, epoch: 2 } },
  ]);
  expect(extremes({ runs: [run], metric: 'test/loss' })).toEqual([{ run, least: null, most: null }]);
});
