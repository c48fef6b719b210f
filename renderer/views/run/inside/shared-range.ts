import type { ColourRange } from '../../../charts/colormaps.ts';

/** The two ends alone, of something that has more than these. */
export function rangesOf({ minimum, maximum }: ColourRange): ColourRange {
  return { minimum, maximum };
}

/** From the least to the greatest of several: one scale for what is to be compared by eye. */
export function joinedRange(ranges: readonly ColourRange[]): ColourRange {
  if (ranges.length === 0) return { minimum: 0, maximum: 0 };
  return {
    minimum: Math.min(...ranges.map(({ minimum }) => minimum)),
    maximum: Math.max(...ranges.map(({ maximum }) => maximum)),
  };
}
