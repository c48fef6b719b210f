import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { MetricPoint } from '../../core/contract/events.ts';
import type { Params } from '../../core/contract/methods.ts';
import type { Band, Series } from '../../core/contract/runs.ts';
import { useBridge } from '../app/bridge.ts';

const maxPoints = 2_000;
const keyOf = (run: string, metric: string) => `${run}\n${metric}`;

/**
 * Curves as the charts draw them. A curve is read once, down-sampled, and then grows by the engine's events; when it
 * has grown to twice its size it is read anew. The arrays are appended to in place, the object around them is new at
 * every change, so that watchers notice without a copy.
 */
export const useMetricsStore = defineStore('metrics', () => {
  const curves = shallowReactive(new Map<string, Series>());
  const loading = new Map<string, Promise<void>>();

  /** The curve, if it was asked for by `ensure`; reactive. */
  function curve(run: string, metric: string): Series | undefined {
    return curves.get(keyOf(run, metric));
  }

  /** Reads what is not here yet. Rejects with a `ConvolabError`. */
  async function ensure(runs: readonly string[], metrics: readonly string[]): Promise<void> {
    const wanted = runs.flatMap((run) => metrics.map((metric) => ({ run, metric })));
    const missing = wanted.filter(({ run, metric }) => {
      const key = keyOf(run, metric);
      return !curves.has(key) && !loading.has(key);
    });
    if (missing.length > 0) {
      const read = fetchInto(
        [...new Set(missing.map((m) => m.run))],
        [...new Set(missing.map((m) => m.metric))],
      );
      for (const { run, metric } of missing) {
        const key = keyOf(run, metric);
        loading.set(
          key,
          read.finally(() => loading.delete(key)),
        );
      }
    }
    await Promise.all(wanted.map(({ run, metric }) => loading.get(keyOf(run, metric))));
  }

  async function fetchInto(runs: string[], metrics: string[]): Promise<void> {
    for (const series of await useBridge().call('runs.series', { runs, metrics, maxPoints })) {
      curves.set(keyOf(series.run, series.metric), series);
    }
  }

  /** A zoomed view, at full detail of its step range; not cached. */
  function range(runs: string[], metrics: string[], from: number, to: number): Promise<Series[]> {
    return useBridge().call('runs.series', { runs, metrics, maxPoints, from, to });
  }

  /** Mean and band per group. */
  function bands(request: Params<'runs.bands'>): Promise<Band[]> {
    return useBridge().call('runs.bands', request);
  }

  /** From the engine's `metrics.appended`. Points of curves that nobody asked for are left to the store. */
  function appended(points: readonly MetricPoint[]): void {
    const touched = new Set<string>();
    for (const point of points) {
      const key = keyOf(point.run, point.metric);
      const series = curves.get(key);
      // A point may come both with the first reading and as an event.
      if (!series || point.step <= (series.steps.at(-1) ?? -1)) continue;
      series.steps.push(point.step);
      series.epochs.push(point.epoch);
      series.seconds.push(point.seconds);
      series.values.push(point.value);
      series.total++;
      touched.add(key);
    }
    for (const key of touched) {
      const series = curves.get(key);
      if (!series) continue;
      if (series.steps.length > 2 * maxPoints) void fetchInto([series.run], [series.metric]);
      else curves.set(key, { ...series });
    }
  }

  function forget(runs: readonly string[]): void {
    for (const [key, series] of curves) if (runs.includes(series.run)) curves.delete(key);
  }

  /** After the engine was away: what was missed is read again. */
  async function reload(): Promise<void> {
    const runs = [...new Set([...curves.values()].map((series) => series.run))];
    const metrics = [...new Set([...curves.values()].map((series) => series.metric))];
    if (runs.length > 0) await fetchInto(runs, metrics);
  }

  return { curve, ensure, range, bands, appended, forget, reload };
});
