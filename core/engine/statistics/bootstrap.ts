import { RandomSequence } from '../../train/random.ts';

/** Enough for two digits of either end. */
const resamples = 9_999;

/**
 * Bootstrap percentile interval of the difference of means, second minus first: each sample drawn anew from itself,
 * with replacement (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13). The draws are fixed, so that
 * the same numbers always give the same interval. With few values it is too narrow, as every bootstrap is.
 * @returns null below two values on a side
 */
export function bootstrapInterval(
  first: readonly number[],
  second: readonly number[],
  level = 0.95,
): [number, number] | null {
  if (first.length < 2 || second.length < 2) return null;
  const random = new RandomSequence(1, 'bootstrap');
  const differences = Float64Array.from(
    { length: resamples },
    () => meanOfDraw(second, random) - meanOfDraw(first, random),
  ).sort();
  const end = Math.round(((1 - level) / 2) * (resamples + 1));
  return [differences[end - 1] as number, differences[resamples - end] as number];
}

function meanOfDraw(values: readonly number[], random: RandomSequence): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[random.below(values.length)] as number;
  return sum / values.length;
}
