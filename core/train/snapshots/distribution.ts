import type { Distribution } from '../../contract/health.ts';

/** Bins of what has no ends of its own. */
export const usualBins = 64;

export interface Bins {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * How numbers are spread. Sums are formed in float64, in order, so that the same numbers give the same bits.
 * @param bins values outside go into the outermost; by default 64 from the least to the greatest value
 * @param mask numbers at a 0 are left out
 */
export function distributionOf(
  values: Float32Array | Float64Array,
  { bins, mask }: { readonly bins?: Bins | undefined; readonly mask?: Uint8Array | undefined } = {},
): Distribution {
  let count = 0;
  let nonFinite = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    count++;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return nothing(nonFinite);
  const mean = sum / count;
  const { from, to, count: places } = bins ?? { from: minimum, to: maximum, count: usualBins };
  return {
    count,
    nonFinite,
    minimum,
    maximum,
    mean,
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    norm: Math.sqrt(squares),
    from,
    to,
    counts: counted(values, mask, from, to, places),
  };
}

function counted(
  values: Float32Array | Float64Array,
  mask: Uint8Array | undefined,
  from: number,
  to: number,
  places: number,
): number[] {
  const counts = new Uint32Array(places);
  const perUnit = to > from ? places / (to - from) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (mask !== undefined && mask[i] === 0) continue;
    if (!Number.isFinite(value)) continue;
    const place = (value - from) * perUnit;
    counts[place >= places ? places - 1 : place > 0 ? Math.trunc(place) : 0]! += 1;
  }
  return Array.from(counts);
}

function nothing(nonFinite: number): Distribution {
  const zero = { minimum: 0, maximum: 0, mean: 0, deviation: 0, norm: 0, from: 0, to: 0 };
  return { count: 0, nonFinite, ...zero, counts: [] };
}
