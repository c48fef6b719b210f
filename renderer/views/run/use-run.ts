import { type ComputedRef, computed } from 'vue';
import type { RunDetail, RunSummary } from '../../../core/contract/runs.ts';
import { useInspectStore } from '../../stores/inspect.ts';
import { useRunsStore } from '../../stores/runs.ts';
import { type Answer, useAnswer } from '../answer.ts';

export interface OpenRun {
  readonly summary: ComputedRef<RunSummary | null>;
  readonly detail: Answer<RunDetail>;
}

/** The run of a page: its row, kept current by events, and its details, read anew at every epoch and change of state. */
export function useRun(id: () => string): OpenRun {
  const runs = useRunsStore();
  const inspect = useInspectStore();
  const row = computed(() => runs.byId.get(id()) ?? null);
  const detail = useAnswer(
    () => ({
      run: id(),
      status: row.value?.status,
      epoch: Math.floor(row.value?.epoch ?? 0),
      kept: row.value?.checkpointEpoch,
      best: row.value?.bestEpoch,
    }),
    ({ run }) => inspect.detail(run),
  );
  return { summary: computed(() => row.value ?? detail.value.value?.summary ?? null), detail };
}
