import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/vue-virtual';
import { computed, nextTick, ref, useTemplateRef } from 'vue';
import { takePlaces } from './places.ts';

/** Pixels; the same as `--row`. */
const rowHeight = 28;
/** Rows kept beyond either edge of what is in view. */
const overscan = 6;

/**
 * A list of any length of which only the rows in view are in the page, walked by keys: one row has the keyboard, and Tab leads to
 * it alone. That row is in the page wherever the list is scrolled to: the keyboard is not lost with it. The component puts
 * `ref="scroller"` on what scrolls, `data-index` on every row, and keeps `active` at the row in focus.
 * @param held key of the row that something is being typed in: it stays in the page too
 */
export function useVirtualRows<Row>(
  rows: () => readonly Row[],
  keyOf: (row: Row) => string,
  held: () => string | null = () => null,
) {
  const scroller = useTemplateRef<HTMLElement>('scroller');
  const active = ref(0);
  const heldIndex = computed(() => {
    const key = held();
    return key === null ? -1 : rows().findIndex((row) => keyOf(row) === key);
  });
  const virtualizer = useVirtualizer(
    computed(() => {
      const kept = [active.value, heldIndex.value].filter((index) => index >= 0);
      return {
        count: rows().length,
        getScrollElement: () => scroller.value,
        estimateSize: () => rowHeight,
        getItemKey: (index: number) => {
          const row = rows()[index];
          return row === undefined ? index : keyOf(row);
        },
        overscan,
        rangeExtractor: (range: Range) => {
          const there = kept.filter((index) => index < range.count);
          return [...new Set([...defaultRangeExtractor(range), ...there])].sort((a, b) => a - b);
        },
      };
    }),
  );
  const inPage = computed(() =>
    virtualizer.value.getVirtualItems().flatMap(({ index, start }) => {
      const row = rows()[index];
      return row === undefined ? [] : [{ index, start, row, key: keyOf(row) }];
    }),
  );
  const places = computed<Map<string, number>>((before) =>
    takePlaces(
      inPage.value.map(({ key }) => key),
      before ?? new Map(),
      held(),
    ),
  );
  /** Those in the page, with their distance from the top in pixels. A list whose cells keep nothing of a row is keyed by `place`. */
  const shown = computed(() =>
    inPage.value.map((item) => ({ ...item, place: places.value.get(item.key) ?? 0 })),
  );
  const height = computed(() => virtualizer.value.getTotalSize());

  /** Gives a row the keyboard; beyond either end, the last one there. */
  async function moveTo(index: number): Promise<void> {
    active.value = Math.max(0, Math.min(rows().length - 1, index));
    virtualizer.value.scrollToIndex(active.value);
    await nextTick();
    scroller.value?.querySelector<HTMLElement>(`[data-index="${active.value}"]`)?.focus();
  }

  /** The row to which a key leads: arrows, Home, End, pages; undefined for other keys. */
  function targetOf(key: string): number | undefined {
    const page = Math.max(1, Math.floor((scroller.value?.clientHeight ?? 0) / rowHeight) - 2);
    const targets: Record<string, number> = {
      ArrowDown: active.value + 1,
      ArrowUp: active.value - 1,
      PageDown: active.value + page,
      PageUp: active.value - page,
      Home: 0,
      End: rows().length - 1,
    };
    return targets[key];
  }

  /** `0` for the one row that Tab leads to. */
  function tabindexOf(index: number): 0 | -1 {
    return index === Math.min(active.value, rows().length - 1) ? 0 : -1;
  }

  return { scroller, active, shown, height, moveTo, targetOf, tabindexOf };
}
