/**
 * Thins a curve without losing an extreme: the points are cut into buckets of equal length, and each keeps its least
 * and its greatest value, so a spike of one step shows at every zoom. The first point that is not finite in a bucket
 * is kept as well, since it has to be marked.
 * @param values the curve, in order; NaN and infinities allowed
 * @param maxPoints points to keep at most (a few more where it is below 5)
 * @returns indices of the points to keep, ascending; all of them where they are no more than `maxPoints`
 */
export function downsample(values: readonly number[], maxPoints: number): number[] {
  const count = values.length;
  if (count <= maxPoints) return values.map((_, index) => index);
  const perBucket = values.every(Number.isFinite) ? 2 : 3;
  // The ends are kept in any case: a curve that stops short would tell a lie about the run.
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / perBucket));
  const kept = new Set<number>([0, count - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * count) / buckets);
    const end = Math.floor(((bucket + 1) * count) / buckets);
    const { least, greatest, broken } = extremes(values, start, end);
    for (const index of [least, greatest, broken]) if (index >= 0) kept.add(index);
  }
  return [...kept].sort((a, b) => a - b);
}

export interface Extremes {
  readonly least: number;
  readonly greatest: number;
  readonly broken: number;
}

/** Indices of the least, the greatest and the first non-finite value in [start, end); -1 where there is none. */
export function extremes(values: readonly number[], start: number, end: number): Extremes {
  let least = -1;
  let greatest = -1;
  let broken = -1;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      if (broken < 0) broken = i;
      continue;
    }
    if (least < 0 || value < (values[least] as number)) least = i;
    if (greatest < 0 || value > (values[greatest] as number)) greatest = i;
  }
  return { least, greatest, broken };
}
