import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, ref } from 'vue';
import type { Series } from '../../../../core/contract/runs.ts';
import { splice, stepsOf, useDetail } from '../../../../renderer/charts/use-detail.ts';
import { createChartView, defaultChartSettings } from '../../../../renderer/charts/view.ts';

/** Every `every`th of 1,000 steps, from `from` to `to`; 100 steps are an epoch, and ten a second. */
function curve(every: number, from = 0, to = 1000): Series {
  const steps = Array.from({ length: (to - from) / every + 1 }, (_, i) => from + i * every);
  return {
    run: 'r1',
    metric: 'train/loss',
    steps,
    epochs: steps.map((step) => step / 100),
    seconds: steps.map((step) => step / 10),
    values: steps.map((step) => -step),
    total: 1001,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a range of any axis covers its steps and one drawn point on either side', () => {
  const series = curve(50);
  expect(stepsOf(series, series.steps, { from: 210, to: 390 })).toEqual({ from: 200, to: 400 });
  expect(stepsOf(series, series.epochs, { from: 2.1, to: 3.9 })).toEqual({ from: 200, to: 400 });
  expect(stepsOf(series, series.seconds, { from: -5, to: 500 })).toEqual({ from: 0, to: 1000 });
  expect(stepsOf({ ...series, steps: [] }, [], { from: 0, to: 1 })).toBeNull();
});

test('the stretch in detail takes the place of its coarse points, each of them once', () => {
  const whole = splice(curve(50), curve(1, 200, 400));
  expect(whole.steps).toEqual([
    ...curve(50, 0, 150).steps,
    ...curve(1, 200, 400).steps,
    ...curve(50, 450, 1000).steps,
  ]);
  expect(whole.values).toEqual(whole.steps.map((step) => -step));
  expect(whole.epochs).toEqual(whole.steps.map((step) => step / 100));
});

test('a zoom that rests is read in detail, once, and showing everything lets go of it', async () => {
  const view = createChartView(ref({ ...defaultChartSettings }));
  const read = vi.fn(async (_runs: string[], _metrics: string[], from: number, to: number) => [
    curve(1, from, to),
  ]);
  const coarse = curve(50);
  const scope = effectScope();
  const detailed = scope.run(() =>
    useDetail(
      view,
      () => ({ runs: ['r1'], metrics: ['train/loss'] }),
      () => coarse,
      read,
      () => [],
    ),
  ) as (run: string, metric: string) => Series;

  view.zoom.value = { from: 1, to: 9 };
  await vi.advanceTimersByTimeAsync(50);
  view.zoom.value = { from: 2.1, to: 3.9 };
  await vi.advanceTimersByTimeAsync(1000);
  expect(read.mock.calls).toEqual([[['r1'], ['train/loss'], 200, 400]]);
  expect(detailed('r1', 'train/loss').steps).toContain(301);

  view.resetZoom();
  await vi.advanceTimersByTimeAsync(0);
  expect(detailed('r1', 'train/loss')).toBe(coarse);
  scope.stop();
});

test('a curve that has all its points is not read again', async () => {
  const view = createChartView(ref({ ...defaultChartSettings }));
  const read = vi.fn(async () => []);
  const scope = effectScope();
  scope.run(() =>
    useDetail(
      view,
      () => ({ runs: ['r1'], metrics: ['train/loss'] }),
      () => curve(1),
      read,
      () => [],
    ),
  );
  view.zoom.value = { from: 2, to: 3 };
  await vi.advanceTimersByTimeAsync(1000);
  expect(read).not.toHaveBeenCalled();
  scope.stop();
});
