/**
 * Holm's correction of several p values, in their order: the smallest times their number, the next times one less, and
 * so on, none below the one before (Holm, "A simple sequentially rejective multiple test procedure", 1979).
 */
export function holmCorrected(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const corrected = new Array<number>(values.length);
  let largest = 0;
  for (const [position, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (values.length - position) * (values[i] as number)));
    corrected[i] = largest;
  }
  return corrected;
}
