import { studentQuantile } from './distributions.ts';

/** What is said of one number over several runs: mean, spread, and how sure one can be. */

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (n - 1 in the denominator); null below two values. */
export function sampleDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Standard error of the mean: deviation / sqrt(n); null below two values. */
export function standardError(values: readonly number[]): number | null {
  const deviation = sampleDeviation(values);
  return deviation === null ? null : deviation / Math.sqrt(values.length);
}

/**
 * Half the width of the confidence interval of the mean, by Student's t with n - 1 degrees of freedom.
 * @param level 0.95 for the 95% interval
 */
export function confidenceHalfWidth(values: readonly number[], level = 0.95): number | null {
  const error = standardError(values);
  return error === null ? null : error * studentQuantile((1 + level) / 2, values.length - 1);
}
