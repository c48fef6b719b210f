/**
 * Indices of the points worth drawing: at most about `4 * buckets`, so that every bucket of the range keeps its first, last,
 * smallest and largest value. A spike of one step survives at every zoom, and a line drawn through them covers the same
 * pixels as one drawn through all. Points that cannot be drawn are kept, as gaps.
 *
 * @param x ascending
 * @param y NaN where nothing can be drawn
 * @param start first index to look at
 * @param end one past the last index to look at
 */
export function decimate(
  x: Float64Array,
  y: Float64Array,
  start: number,
  end: number,
  buckets: number,
): Uint32Array {
  const count = end - start;
  if (count <= 4 * buckets) return Uint32Array.from({ length: Math.max(0, count) }, (_, i) => start + i);
  const origin = x[start] as number;
  const width = ((x[end - 1] as number) - origin) / buckets || 1;
  const kept: number[] = [];
  let i = start;
  while (i < end) {
    const bucket = Math.floor(((x[i] as number) - origin) / width);
    const first = i;
    while (i < end && Math.floor(((x[i] as number) - origin) / width) === bucket) i++;
    keepBucket(y, first, i, kept);
  }
  return Uint32Array.from(kept);
}

function keepBucket(y: Float64Array, first: number, end: number, kept: number[]): void {
  let smallest = first;
  let largest = first;
  const chosen = new Set([first, end - 1]);
  for (let i = first; i < end; i++) {
    const value = y[i] as number;
    if (Number.isNaN(value)) chosen.add(i);
    if (value < (y[smallest] as number) || Number.isNaN(y[smallest] as number)) smallest = i;
    if (value > (y[largest] as number) || Number.isNaN(y[largest] as number)) largest = i;
  }
  chosen.add(smallest).add(largest);
  kept.push(...[...chosen].sort((a, b) => a - b));
}
