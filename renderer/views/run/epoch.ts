import { type ComputedRef, computed, ref, type WritableComputedRef } from 'vue';
import type { RunDetail, SnapshotKind } from '../../../core/contract/runs.ts';

/** The epoch looked at, by run; runs without one follow the latest. Kept while the window is open. */
const chosen = ref<Readonly<Record<string, number>>>({});

export interface EpochChoice {
  /** Epochs that are finished and kept so far: where the slider ends. */
  readonly last: ComputedRef<number>;
  /** The epoch that every picture of the run shows, or the nearest to it that was kept. */
  readonly epoch: WritableComputedRef<number>;
  /** The latest is shown, and the next once it is trained. */
  readonly following: WritableComputedRef<boolean>;
}

/** The one choice of an epoch for all pictures of a run. */
export function useEpoch(detail: () => RunDetail): EpochChoice {
  const id = () => detail().summary.id;
  const last = computed(() => detail().summary.checkpointEpoch ?? 0);
  function choose(epoch: number | null): void {
    const { [id()]: _, ...others } = chosen.value;
    chosen.value = epoch === null ? others : { ...others, [id()]: epoch };
  }
  return {
    last,
    epoch: computed({
      get: () => Math.min(chosen.value[id()] ?? last.value, last.value),
      set: (epoch) => choose(Math.max(Math.min(epoch, last.value), Math.min(1, last.value))),
    }),
    following: computed({
      get: () => chosen.value[id()] === undefined,
      set: (follow) => choose(follow ? null : last.value),
    }),
  };
}

/** Of the epochs that were kept, ascending, the one to show for another: the last not after it, else the first. */
export function nearestKept(kept: readonly number[], epoch: number): number | null {
  return kept.findLast((each) => each <= epoch) ?? kept[0] ?? null;
}

/** The epoch to ask the engine for, of which something of this kind was kept; null where nothing is yet. */
export function useKeptEpoch(detail: () => RunDetail, kind: SnapshotKind): ComputedRef<number | null> {
  const { epoch } = useEpoch(detail);
  return computed(() => nearestKept(detail().kept[kind], epoch.value));
}
