import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { Extremes, RunSummary } from '../../core/contract/runs.ts';
import { useBridge } from '../app/bridge.ts';
import { useRunsStore } from './runs.ts';
import { useToastStore } from './toasts.ts';

/** Runs asked about at once: few enough that the engine answers others in between. */
const atOnce = 50;
/** Changes whenever a run may have new extremes: once an epoch, and when it ends. */
const stampOf = ({ status, epoch }: RunSummary) => `${status} ${Math.floor(epoch)}`;

/** The least and the greatest value of metrics that somebody wants to see, per run; read once, and anew as runs finish epochs. */
export const useExtremesStore = defineStore('extremes', () => {
  const runs = useRunsStore();
  const toasts = useToastStore();
  const byMetric = shallowReactive(new Map<string, ReadonlyMap<string, Extremes>>());
  const stamps = new Map<string, Map<string, string>>();
  const reading = new Set<string>();

  /** What is known of a run; undefined where nothing is, or not yet. Reactive. */
  function of(run: string, metric: string): Extremes | undefined {
    return byMetric.get(metric)?.get(run);
  }

  /** Reads what is missing of one metric; safe to call at any time. */
  async function ensure(metric: string): Promise<void> {
    if (reading.has(metric)) return;
    reading.add(metric);
    const known = stamps.get(metric) ?? new Map<string, string>();
    stamps.set(metric, known);
    const stale = () => runs.all.filter((run) => known.get(run.id) !== stampOf(run)).slice(0, atOnce);
    try {
      for (let batch = stale(); batch.length > 0; batch = stale()) {
        const asked = batch.map((run) => [run.id, stampOf(run)] as const);
        const found = await useBridge().call('runs.extremes', { runs: batch.map(({ id }) => id), metric });
        const before = byMetric.get(metric) ?? new Map<string, Extremes>();
        byMetric.set(metric, new Map([...before, ...found.map((one) => [one.run, one] as const)]));
        for (const [id, stamp] of asked) known.set(id, stamp);
      }
    } catch (thrown) {
      toasts.fail(thrown);
    } finally {
      reading.delete(metric);
    }
  }

  return { of, ensure };
});
