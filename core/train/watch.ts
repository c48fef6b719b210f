export interface Watched {
  /** Epoch of the best value, counted from 1; null before a finite one. */
  readonly best: number | null;
  readonly value: number | null;
}

/**
 * The best value of a metric so far, where only what is better by more than a minimum counts as better.
 * @param history at the end of each epoch
 */
export function watch(history: readonly number[], direction: 'max' | 'min', minimumChange: number): Watched {
  const sign = direction === 'max' ? 1 : -1;
  let found: Watched = { best: null, value: null };
  for (const [i, value] of history.entries()) {
    if (!Number.isFinite(value)) continue;
    if (found.value !== null && sign * (value - found.value) <= minimumChange) continue;
    found = { best: i + 1, value };
  }
  return found;
}
