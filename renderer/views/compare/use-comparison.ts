import { type ComputedRef, computed, type Ref } from 'vue';
import type { Band, Comparison, RunSummary } from '../../../core/contract/runs.ts';
import { useInspectStore } from '../../stores/inspect.ts';
import { useMetricsStore } from '../../stores/metrics.ts';
import { useRunsStore } from '../../stores/runs.ts';
import { type Answer, useAnswer } from '../answer.ts';
import type { ComparedGroup } from './comparison-lines.ts';
import type { Grouping } from './grouping.ts';

/** Most runs that are laid over each other. */
export const mostCompared = 100;

export const spreads = ['deviation', 'error', 'ci95'] as const;
export type Spread = (typeof spreads)[number];

export interface OpenComparison {
  /** What is compared, hidden runs too, oldest first, at most `mostCompared`. */
  readonly runs: ComputedRef<RunSummary[]>;
  readonly comparison: Answer<Comparison>;
  /** Changes when a run finishes an epoch or changes its state: what is computed over groups is then read anew. */
  readonly stamp: ComputedRef<string[]>;
}

/** The comparison of the chosen runs, read anew as they finish epochs. */
export function useComparison(
  grouping: () => Grouping,
  target: () => Comparison['target'] | undefined,
): OpenComparison {
  const store = useRunsStore();
  const inspect = useInspectStore();
  const runs = computed(() =>
    store.compared
      .slice(0, mostCompared)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.colour - b.colour),
  );
  const ids = computed(() => runs.value.map((run) => run.id));
  const stamp = computed(() =>
    runs.value.map((run) => `${run.status} ${Math.floor(run.epoch)} ${run.bestEpoch}`),
  );

  const comparison = useAnswer(
    () =>
      ids.value.length === 0
        ? null
        : { ids: ids.value, grouping: grouping(), target: target(), stamp: stamp.value },
    ({ ids: wanted, grouping: by, target: aim }) => {
      const request = { runs: wanted, ...(aim && { target: aim }) };
      if (by.kind === 'default') return inspect.compare(request);
      return inspect.compare({ ...request, groupBy: by.kind === 'runs' ? 'runs' : [...by.keys] });
    },
    { oneAtATime: true },
  );
  return { runs, comparison, stamp };
}

/** Mean and band of every group; none where runs are shown singly. */
export function useBands(
  stamp: () => readonly string[],
  options: {
    groups: () => readonly ComparedGroup[];
    single: () => boolean;
    metrics: () => readonly string[];
    spread: Ref<Spread>;
  },
): Answer<Band[]> {
  const curves = useMetricsStore();
  return useAnswer(
    () => {
      const groups = options
        .groups()
        .map(({ label, counted }) => ({ label, runs: counted.map((run) => run.id) }))
        .filter(({ runs }) => runs.length > 0);
      const metrics = options.metrics();
      if (groups.length === 0 || metrics.length === 0 || options.single()) return null;
      return { groups, metrics: [...metrics], spread: options.spread.value, stamp: stamp() };
    },
    ({ groups, metrics, spread }) => curves.bands({ groups, metrics, spread }),
  );
}
