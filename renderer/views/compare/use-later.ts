import { onScopeDispose, type Ref, ref, watch } from 'vue';

/** Until what is wanted first is there, but no longer than this. */
const patienceMilliseconds = 800;

/**
 * False until `first` holds, so that what a page is opened for is drawn before what lies below it is even made.
 * @param begun when the wait begins
 */
export function useLater(begun: () => boolean, first: () => boolean): Ref<boolean> {
  const later = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  function show(after: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      later.value = true;
    }, after);
  }
  watch(begun, (now) => now && !later.value && show(patienceMilliseconds), { immediate: true });
  // Behind the drawing that the last answer has set off.
  watch(first, (now) => now && !later.value && show(50), { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return later;
}
