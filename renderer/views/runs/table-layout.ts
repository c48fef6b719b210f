import { computed } from 'vue';
import { usePersisted } from '../../app/persist.ts';
import type { Sorting } from '../../ui/table.ts';
import { type Direction, type RunColumn, usualColumns } from './columns.ts';

const narrowest = 56;
const widest = 640;

/** A list with one entry at another place; the rest keep their order. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) return [...list];
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}

/** How the user has arranged the table; all of it survives a reload. */
export function useTableLayout() {
  /** Keys of the columns shown, in order. */
  const shown = usePersisted<string[]>('runsTable.columns', [...usualColumns]);
  /** Those that stay at the left while the others scroll. */
  const pinned = usePersisted<string[]>('runsTable.pinnedColumns', ['name']);
  const widths = usePersisted<Record<string, number>>('runsTable.widths', {});
  /** The most important first; what is alike by one is sorted by the next. */
  const sorting = usePersisted<Sorting[]>('runsTable.sortedBy', [{ key: 'created', descending: true }]);
  const directions = usePersisted<Record<string, Direction>>('runsTable.directions', {});
  const groupBy = usePersisted<string[]>('runsTable.groupBy', []);
  const folded = usePersisted<string[]>('runsTable.folded', []);

  const foldedSet = computed(() => new Set(folded.value));

  /** Pinned ones first. */
  function arrange(columns: readonly RunColumn[]): RunColumn[] {
    const byKey = new Map(columns.map((column) => [column.key, column]));
    const chosen = shown.value.map((key) => byKey.get(key)).filter((column) => column !== undefined);
    return [...chosen.filter(isPinned), ...chosen.filter((column) => !isPinned(column))];
  }

  function isPinned({ key }: Pick<RunColumn, 'key'>): boolean {
    return pinned.value.includes(key);
  }

  function setPinned(key: string, on: boolean): void {
    const rest = pinned.value.filter((other) => other !== key);
    pinned.value = on ? [...rest, key] : rest;
  }

  /** Shows a column at the end, or hides it. */
  function setShown(key: string, on: boolean): void {
    const rest = shown.value.filter((other) => other !== key);
    shown.value = on ? [...rest, key] : rest;
  }

  /** Puts a column where another is; `columns` as they are arranged now. A pinned one stays among the pinned. */
  function move(key: string, to: string): void {
    if (isPinned({ key }) !== isPinned({ key: to })) return;
    shown.value = moved(shown.value, shown.value.indexOf(key), shown.value.indexOf(to));
  }

  function widthOf(column: RunColumn): number {
    return widths.value[column.key] ?? column.width;
  }

  function setWidth(key: string, width: number): void {
    widths.value = { ...widths.value, [key]: Math.round(Math.max(narrowest, Math.min(widest, width))) };
  }

  function directionOf({ key, better }: Pick<RunColumn, 'key' | 'better'>): Direction | null {
    return better === null ? null : (directions.value[key] ?? better);
  }

  function turnDirection(column: RunColumn): void {
    const turned = directionOf(column) === 'max' ? 'min' : 'max';
    directions.value = { ...directions.value, [column.key]: turned };
  }

  /**
   * First with the best on top, then the other way round, then not by this column.
   * @param also keeps what the table is sorted by, and sorts by this column what is alike by that
   */
  function sortBy(column: RunColumn, also = false): void {
    const first = directionOf(column) === 'max';
    const place = sorting.value.findIndex(({ key }) => key === column.key);
    const before = sorting.value[place];
    const turns = before === undefined || before.descending === first;
    const next = turns ? [{ key: column.key, descending: before === undefined ? first : !first }] : [];
    if (!also) sorting.value = next;
    else if (before === undefined) sorting.value = [...sorting.value, ...next];
    else sorting.value = sorting.value.toSpliced(place, 1, ...next);
  }

  function setFolded(id: string, on: boolean): void {
    const rest = folded.value.filter((other) => other !== id);
    folded.value = on ? [...rest, id] : rest;
  }

  function reset(): void {
    shown.value = [...usualColumns];
    pinned.value = ['name'];
    widths.value = {};
    directions.value = {};
  }

  return {
    shown,
    sorting,
    groupBy,
    folded,
    foldedSet,
    narrowest,
    widest,
    arrange,
    isPinned,
    setPinned,
    setShown,
    move,
    widthOf,
    setWidth,
    directionOf,
    turnDirection,
    sortBy,
    setFolded,
    reset,
  };
}

export type TableLayout = ReturnType<typeof useTableLayout>;
