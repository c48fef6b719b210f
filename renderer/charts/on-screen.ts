import { onScopeDispose, type Ref, ref, type ShallowRef, watch } from 'vue';

/** Whether an element is in or near the window: charts that are not are not mounted. */
export function useOnScreen(element: Readonly<ShallowRef<HTMLElement | null>>): Ref<boolean> {
  const onScreen = ref(false);
  const observer = new IntersectionObserver(
    (entries) => {
      onScreen.value = entries.at(-1)?.isIntersecting ?? false;
    },
    // Of the page's own scroller too, which clips as the window does.
    { rootMargin: '200px', scrollMargin: '200px' },
  );
  watch(element, (now, before) => {
    if (before) observer.unobserve(before);
    if (now) observer.observe(now);
  });
  onScopeDispose(() => observer.disconnect());
  return onScreen;
}

/** Size of an element in CSS pixels, kept current. */
export function useElementSize(
  element: Readonly<ShallowRef<HTMLElement | null>>,
): Ref<{ width: number; height: number }> {
  const size = ref({ width: 0, height: 0 });
  const observer = new ResizeObserver(([entry]) => {
    if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
  });
  watch(element, (now, before) => {
    if (before) observer.unobserve(before);
    if (now) observer.observe(now);
  });
  onScopeDispose(() => observer.disconnect());
  return size;
}
