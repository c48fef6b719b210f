import { computed, type Ref, ref, type WritableComputedRef } from 'vue';
import type { RunDetail } from '../../../core/contract/runs.ts';
import { useText } from '../../app/text.ts';

export type CheckpointChoice = 'best' | 'last' | number;

/** The checkpoint that all pictures of a run show; one choice for kernels and feature maps, kept while the window is open. */
const chosen: Ref<Record<string, CheckpointChoice>> = ref({});

export function useCheckpointChoice(detail: () => RunDetail): {
  choice: WritableComputedRef<string>;
  options: Ref<{ value: string; label: string }[]>;
  /** What the engine is asked for; null where there is no checkpoint yet. */
  checkpoint: Ref<CheckpointChoice | null>;
  /** Changes whenever the chosen checkpoint is another file. */
  epoch: Ref<number | null>;
} {
  const text = useText();
  const checkpoints = computed(() => detail().checkpoints);
  const epochOf = (wanted: CheckpointChoice): number | null => {
    const found = checkpoints.value.find((it) =>
      wanted === 'best' ? it.best : wanted === 'last' ? it.last : it.epoch === wanted,
    );
    return found?.epoch ?? null;
  };
  const checkpoint = computed<CheckpointChoice | null>(() => {
    const wanted = chosen.value[detail().summary.id] ?? 'last';
    if (epochOf(wanted) !== null) return wanted;
    return checkpoints.value.length > 0 ? 'last' : null;
  });
  const options = computed(() => {
    const list: { value: string; label: string }[] = [];
    const [best, last] = [epochOf('best'), epochOf('last')];
    if (last !== null) list.push({ value: 'last', label: text('run.checkpointLast', { epoch: last }) });
    if (best !== null) list.push({ value: 'best', label: text('run.checkpointBest', { epoch: best }) });
    for (const { epoch } of checkpoints.value) {
      if (epoch !== best && epoch !== last)
        list.push({ value: String(epoch), label: text('run.checkpointEpoch', { epoch }) });
    }
    return list;
  });
  const choice = computed({
    get: () => String(checkpoint.value ?? ''),
    set: (value) => {
      const wanted = value === 'best' || value === 'last' ? value : Number(value);
      chosen.value = { ...chosen.value, [detail().summary.id]: wanted };
    },
  });
  const epoch = computed(() => (checkpoint.value === null ? null : epochOf(checkpoint.value)));
  return { choice, options, checkpoint, epoch };
}
