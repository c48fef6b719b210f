/** Index of the first entry of an ascending array that is at least `x`; the length where there is none. */
export function lowerBound(ascending: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the entry nearest to `x`, the earlier one where two are as near; -1 for an empty array. */
export function nearestIndex(ascending: ArrayLike<number>, x: number): number {
  if (ascending.length === 0) return -1;
  const after = lowerBound(ascending, x);
  if (after === 0) return 0;
  if (after === ascending.length) return ascending.length - 1;
  const before = after - 1;
  return x - (ascending[before] as number) <= (ascending[after] as number) - x ? before : after;
}
