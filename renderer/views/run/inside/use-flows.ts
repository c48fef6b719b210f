import { type ComputedRef, computed, type Ref } from 'vue';
import type { GradientFlow } from '../../../../core/contract/inspect.ts';
import { usePersisted } from '../../../app/persist.ts';
import { useInspectStore } from '../../../stores/inspect.ts';
import { type Answer, useAnswer } from '../../answer.ts';
import type { Shown } from './use-maps.ts';

/** Of the test set, from its first. */
const asked = 128;

/** Whose loss comes back: that of many images, which is what training sees, or of the one that is looked at. */
export type FlowOver = 'many' | 'image';

export interface Flows {
  readonly over: Ref<FlowOver>;
  /** By run, over many images; empty until it is asked for and known. */
  readonly known: ComputedRef<ReadonlyMap<string, GradientFlow>>;
  /** How many "many" are. */
  readonly images: ComputedRef<number>;
  readonly answers: readonly Answer<GradientFlow>[];
}

/** The gradient that reaches each layer over many images, of the runs that are looked at. */
export function useFlows(shown: readonly (() => Shown | null)[]): Flows {
  const over = usePersisted<FlowOver>('gradientFlowOver', 'many');
  const { gradientFlow } = useInspectStore();
  const answers = shown.map((of) =>
    useAnswer(() => {
      const { run, checkpoint } = of() ?? {};
      if (over.value === 'image' || run === undefined || checkpoint === undefined) return null;
      return { run, checkpoint, count: asked };
    }, gradientFlow),
  );
  const known = computed(
    () => new Map(answers.flatMap(({ value: { value } }) => (value ? [[value.run, value] as const] : []))),
  );
  const images = computed(() => [...known.value.values()][0]?.count ?? asked);
  return { over, known, images, answers };
}
