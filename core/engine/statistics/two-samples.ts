import { mean, sampleDeviation } from './describe.ts';
import { logGamma, studentQuantile, studentTails } from './distributions.ts';

/** What a test by Student's t says of a difference of means. */
export interface StudentTest {
  /** Mean of the second minus mean of the first. */
  readonly difference: number;
  /** Confidence interval of the difference at the level asked for. */
  readonly interval: [number, number];
  readonly t: number;
  readonly freedom: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Welch's test: two means whose variances need not agree, with Welch and Satterthwaite's degrees of freedom
 * (Welch, "The generalization of 'Student's' problem when several different population variances are involved", 1947).
 * @returns null below two values on a side, or where neither side varies: there is nothing to judge the difference by
 */
export function welchTest(
  first: readonly number[],
  second: readonly number[],
  level = 0.95,
): StudentTest | null {
  if (first.length < 2 || second.length < 2) return null;
  const a = variance(first) / first.length;
  const b = variance(second) / second.length;
  if (isConstant(Math.sqrt(a + b), first, second)) return null;
  const freedom = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  return judge(mean(second) - mean(first), Math.sqrt(a + b), freedom, level);
}

/**
 * Student's test of the differences within pairs, such as two runs of one seed.
 * @param first in the order of `second`
 * @returns null below two pairs, or where every pair differs by the same
 */
export function pairedTest(
  first: readonly number[],
  second: readonly number[],
  level = 0.95,
): StudentTest | null {
  const differences = second.map((value, i) => value - (first[i] as number));
  const deviation = sampleDeviation(differences);
  const error = (deviation ?? 0) / Math.sqrt(differences.length);
  if (isConstant(error, differences)) return null;
  return judge(mean(differences), error, differences.length - 1, level);
}

function judge(difference: number, error: number, freedom: number, level: number): StudentTest {
  const t = difference / error;
  const reach = studentQuantile((1 + level) / 2, freedom) * error;
  return {
    difference,
    interval: [difference - reach, difference + reach],
    t,
    freedom,
    p: studentTails(t, freedom),
  };
}

/**
 * Hedges' g: the difference of means (second minus first) in pooled standard deviations, times the exact factor that
 * takes its small-sample bias away, Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)) with m = n1 + n2 - 2
 * (Hedges, "Distribution theory for Glass's estimator of effect size and related estimators", 1981).
 * @returns null below two values on a side, or where neither side varies
 */
export function hedgesG(first: readonly number[], second: readonly number[]): number | null {
  if (first.length < 2 || second.length < 2) return null;
  const freedom = first.length + second.length - 2;
  const squares = variance(first) * (first.length - 1) + variance(second) * (second.length - 1);
  const pooled = Math.sqrt(squares / freedom);
  if (isConstant(pooled, first, second)) return null;
  const unbiased = Math.exp(logGamma(freedom / 2) - logGamma((freedom - 1) / 2)) / Math.sqrt(freedom / 2);
  return (unbiased * (mean(second) - mean(first))) / pooled;
}

/** Whether a spread is no more than what rounding makes of equal values. */
function isConstant(spread: number, ...samples: readonly (readonly number[])[]): boolean {
  const size = Math.max(...samples.map((values) => Math.abs(mean(values))));
  return !(spread > 10 * Number.EPSILON * size);
}

function variance(values: readonly number[]): number {
  return (sampleDeviation(values) ?? Number.NaN) ** 2;
}
