import { type ComputedRef, computed, type Ref, ref, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { ConvolabError } from '../../../../core/contract/errors.ts';
import type { InspectedImage, PreparedImage } from '../../../../core/contract/inspect.ts';
import { useInspectStore } from '../../../stores/inspect.ts';
import { useAnswer } from '../../answer.ts';
import { ownFile } from './own-file.ts';

/** The test set is what pictures are of: the network has not seen it. */
export const shownSplit = 'test';

/** By the user's choice, for all runs; null as it looks. */
const invert = ref<boolean | null>(null);
/** Colour images channel by channel, as the network sees them. */
const asChannels = ref(false);

export interface ShownImage {
  /** Of the test image; setting it leaves one's own image. */
  readonly index: WritableComputedRef<number>;
  readonly isOwn: ComputedRef<boolean>;
  /** One's own image as this run's data set would hold it; null until it is known, and of a file that is none. */
  readonly prepared: ComputedRef<PreparedImage | null>;
  /** Why one's own file is no image that can be looked at. */
  readonly error: ComputedRef<ConvolabError | null>;
  readonly invert: Ref<boolean | null>;
  readonly asChannels: Ref<boolean>;
  /** What the engine is asked about; null until there is one. */
  readonly image: ComputedRef<InspectedImage | null>;
  showOwn(): void;
  /** Back to the test image that was looked at before. */
  leaveOwn(): void;
}

/** The image that every picture of a run is of; part of the address. */
export function useImage(run: () => string | null): ShownImage {
  const inspect = useInspectStore();
  const route = useRoute();
  const router = useRouter();
  const show = (image: string) => void router.replace({ query: { ...route.query, image } });
  let before = 0;
  const index = computed({
    get: () => Math.max(0, Number.parseInt(String(route.query.image ?? 0), 10) || 0),
    set: (to) => show(String(to)),
  });
  function showOwn(): void {
    before = index.value;
    show('own');
  }
  function leaveOwn(): void {
    index.value = before;
  }
  const isOwn = computed(() => route.query.image === 'own' && ownFile.value !== null);
  const answer = useAnswer(
    () => {
      const [id, file] = [run(), ownFile.value];
      return isOwn.value && id !== null && file ? { run: id, file: file.id, invert: invert.value } : null;
    },
    async ({ run: id, file, invert: turned }) => {
      const { name = '', data = '' } = ownFile.value ?? {};
      const asked = { run: id, name, data, ...(turned !== null && { invert: turned }) };
      return { file, image: await inspect.prepareImage(asked) };
    },
  );
  const error = computed(() => (isOwn.value ? answer.error.value : null));
  /** Of a file that is no image there is nothing to show, and the file before it is another. */
  const prepared = computed(() => {
    const found = answer.value.value;
    return error.value === null && found?.file === ownFile.value?.id ? (found?.image ?? null) : null;
  });
  const image = computed<InspectedImage | null>(() => {
    if (!isOwn.value) return { split: shownSplit, index: index.value };
    return prepared.value && { pixels: prepared.value.pixels };
  });
  return { index, isOwn, prepared, error, invert, asChannels, image, showOwn, leaveOwn };
}
