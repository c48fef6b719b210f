import type { Plot, PlotLine } from './plot.ts';
import { nearestIndex } from './search.ts';

/** What one line says at the place under the pointer. */
export interface ReadoutRow {
  readonly line: PlotLine;
  readonly index: number;
  readonly x: number;
  /** As drawn, and as logged; the same number where nothing is smoothed. */
  readonly shown: number;
  readonly raw: number;
  readonly band?: { readonly low: number; readonly high: number; readonly count: number } | undefined;
}

/**
 * The point of every line nearest to `x`. A line that neither reaches `x` nor ends within a tenth of the view says nothing, so that a
 * short run does not claim values for epochs it never had.
 */
export function readoutAt(plot: Plot, x: number): ReadoutRow[] {
  const tolerance = (plot.x.to - plot.x.from) / 10;
  return plot.lines.flatMap((line): ReadoutRow[] => {
    const index = nearestIndex(line.x, x);
    if (index < 0) return [];
    const at = line.x[index] as number;
    const inside = x >= (line.x[0] as number) && x <= (line.x.at(-1) as number);
    if (!inside && Math.abs(at - x) > tolerance) return [];
    return [
      {
        line,
        index,
        x: at,
        shown: line.shown[index] as number,
        raw: line.raw[index] as number,
        band: line.band && {
          low: line.band.low[index] as number,
          high: line.band.high[index] as number,
          count: line.band.count[index] as number,
        },
      },
    ];
  });
}

/** Decimals that tell values a ten-thousandth of the plot's height apart; undefined on a log axis, where none would do. */
export function readingDecimals({ y, scale }: Plot): number | undefined {
  return scale === 'log'
    ? undefined
    : Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(y.to - y.from) + 1e-9)));
}

/** The next x at which any line has a point, left (-1) or right (1) of `x`: how the keyboard walks a chart. */
export function neighbourX(plot: Plot, x: number | null, direction: -1 | 1): number | null {
  let best: number | null = null;
  const start = x ?? (direction > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  for (const line of plot.lines) {
    for (const candidate of line.x) {
      if (candidate < plot.x.from || candidate > plot.x.to || (candidate - start) * direction <= 0) continue;
      if (best === null || (candidate - best) * direction < 0) best = candidate;
    }
  }
  return best ?? x;
}
