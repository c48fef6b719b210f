import { type ComputedRef, computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { RunDetail, SnapshotKind } from '../../../../core/contract/runs.ts';
import { useText } from '../../../app/text.ts';
import { useInspectStore } from '../../../stores/inspect.ts';
import { useRunsStore } from '../../../stores/runs.ts';
import { type Answer, useAnswer } from '../../answer.ts';
import { nearestKept, useEpoch } from '../epoch.ts';

/** The run that is seen beside the page's own, on the same image and at the same epoch; part of the address. */
export interface Beside {
  /** Its id; empty for none. */
  readonly run: WritableComputedRef<string>;
  readonly options: ComputedRef<{ value: string; label: string }[]>;
  readonly detail: Answer<RunDetail>;
  /** Null where there is no such run, or nothing of it is kept. */
  readonly shown: ComputedRef<{ detail: RunDetail; epoch: number } | null>;
}

/** Nothing beside, as a choice must have a value. */
export const nobody = 'none';

/** @param kind what is looked at of both */
export function useBeside(detail: () => RunDetail, kind: SnapshotKind = 'weights'): Beside {
  const text = useText();
  const runs = useRunsStore();
  const inspect = useInspectStore();
  const route = useRoute();
  const router = useRouter();
  const { epoch } = useEpoch(detail);
  const run = computed({
    get: () => (runs.byId.has(String(route.query.beside)) ? String(route.query.beside) : nobody),
    set: (id) => void router.replace({ query: { ...route.query, beside: id === nobody ? undefined : id } }),
  });
  const options = computed(() => [
    { value: nobody, label: text('inspect.beside.none') },
    ...runs.all
      .filter(({ id, checkpointEpoch }) => id !== detail().summary.id && checkpointEpoch !== null)
      .map(({ id, name }) => ({ value: id, label: name })),
  ]);
  const other = useAnswer(
    () =>
      run.value === nobody
        ? null
        : { run: run.value, kept: runs.byId.get(run.value)?.checkpointEpoch ?? null },
    ({ run: id }) => inspect.detail(id),
  );
  const shown = computed(() => {
    const found = other.value.value;
    if (run.value === nobody || found?.summary.id !== run.value) return null;
    const kept = nearestKept(found.kept[kind], epoch.value);
    return kept === null ? null : { detail: found, epoch: kept };
  });
  return { run, options, detail: other, shown };
}
