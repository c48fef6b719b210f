/** One column of a UiTable. */
export interface Column<Row> {
  key: string;
  label: string;
  /** CSS grid track: `120px`, `minmax(160px, 1fr)`. */
  width: string;
  /** Numbers stand right. */
  numeric?: boolean;
  /** What the cell says when it has no slot of its own. */
  text?(row: Row): string;
  /** Makes the column sortable; null sorts last either way. */
  sortValue?(row: Row): number | string | null;
  /** Explains an abbreviated label. */
  hint?: string;
}

export interface Sorting {
  key: string;
  descending: boolean;
}

/** Sorted copy; equal rows keep their order, rows without a value come last. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): Row[] {
  const read = columns.find((column) => column.key === sorting?.key)?.sortValue;
  if (!sorting || !read) return [...rows];
  const sign = sorting.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [read(a), read(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (left === right) return 0;
    return left < right ? -sign : sign;
  });
}

/** What the columns need at least with the padding of a row, in pixels. */
export function leastWidth(columns: readonly { width: string }[]): number {
  const least = columns.map(({ width }) => Number(/([\d.]+)px/.exec(width)?.[1] ?? 0));
  return least.reduce((sum, width) => sum + width, 16);
}
