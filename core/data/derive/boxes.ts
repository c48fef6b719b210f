import type { ObjectBox } from '../dataset.ts';
import type { Fit } from '../decode/job.ts';
import { type Extent, keptWindow } from './resample.ts';

/**
 * Where boxes lie once their image was brought to another size, in whole pixels, at least one each. They are cut at the
 * edges of what is kept of the image; those that lie outside are left out.
 */
export function fitBoxes(boxes: readonly ObjectBox[], from: Extent, fit: Fit): ObjectBox[] {
  const window = keptWindow(from, fit, fit.keep);
  const across = { start: window.left, length: window.width, pixels: fit.width };
  const down = { start: window.top, length: window.height, pixels: fit.height };
  return boxes.flatMap((box) => {
    const columns = fitSpan(box.left, box.right, across);
    const rows = fitSpan(box.top, box.bottom, down);
    if (columns === null || rows === null) return [];
    const [left, right] = columns;
    const [top, bottom] = rows;
    return [{ ...box, left, top, right, bottom }];
  });
}

interface Axis {
  /** Of the window, in pixels of the image. */
  readonly start: number;
  readonly length: number;
  /** What the window becomes. */
  readonly pixels: number;
}

/** First and last pixel of what was between these two, both inside. */
function fitSpan(first: number, last: number, { start, length, pixels }: Axis): [number, number] | null {
  const scale = pixels / length;
  // A pixel reaches from its number to the next.
  const from = Math.max(0, (first - start) * scale);
  const to = Math.min(pixels, (last + 1 - start) * scale);
  if (to <= from) return null;
  const [begin, end] = [Math.round(from), Math.round(to)];
  if (begin < end) return [begin, end - 1];
  const middle = Math.floor((from + to) / 2);
  return [middle, middle];
}
