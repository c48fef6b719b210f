/** Where images lie in a sheet of equal cells that fills its width. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  /** Screen pixels from one image to the next. */
  readonly step: number;
  /** Of the whole sheet, in screen pixels. */
  readonly height: number;
}

/** Screen pixels between two images. */
export const gridGap = 4;

/** Screen pixels of an image's longer side: a whole multiple of its own where it is not made smaller, so pixels stay even. */
export function cellFor(side: number, target: number): number {
  return side > target ? target : side * Math.max(1, Math.round(target / side));
}

export function layOut(total: number, width: number, cell: number): GridLayout {
  const step = cell + gridGap;
  const columns = Math.max(1, Math.floor((width + gridGap) / step));
  const rows = Math.ceil(total / columns);
  return { columns, rows, step, height: Math.max(0, rows * step - gridGap) };
}

/** The first and the last place in view; an empty sheet has neither. */
export function inView(
  { columns, step }: GridLayout,
  total: number,
  top: number,
  height: number,
): { first: number; last: number } {
  const first = Math.max(0, Math.floor(top / step)) * columns;
  const last = (Math.floor((top + height) / step) + 1) * columns - 1;
  return { first: Math.min(first, Math.max(0, total - 1)), last: Math.min(last, total - 1) };
}

/** The place under a point of the sheet; null between images and behind the last. */
export function placeUnder(
  { columns, step }: GridLayout,
  total: number,
  x: number,
  y: number,
): number | null {
  const column = Math.floor(x / step);
  const place = Math.floor(y / step) * columns + column;
  const onImage = x % step < step - gridGap && y % step < step - gridGap;
  return onImage && column < columns && place >= 0 && place < total ? place : null;
}

/** Where a key leads from a place; null for keys that lead nowhere. */
export function placeAfter(key: string, place: number, columns: number, screen: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return place - 1;
    case 'ArrowRight':
      return place + 1;
    case 'ArrowUp':
      return place - columns;
    case 'ArrowDown':
      return place + columns;
    case 'PageUp':
      return place - screen * columns;
    case 'PageDown':
      return place + screen * columns;
    case 'Home':
      return 0;
    case 'End':
      return Number.MAX_SAFE_INTEGER;
    default:
      return null;
  }
}
