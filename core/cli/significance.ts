import type { Comparison } from '../contract/runs.ts';
import {
  type GroupBootstrap,
  type GroupDifference,
  type Outcome,
  outcomes,
} from '../contract/significance.ts';
import type { Engine } from '../engine/api.ts';
import { call } from './call.ts';

const names: Record<Outcome, string> = {
  test: 'test accuracy',
  best: 'best',
  epochsToTarget: 'epochs to the target',
  secondsToTarget: 'seconds to the target',
};

/** What the tests say of two groups, with the bootstrap interval of their difference beside them; null where none was drawn. */
export interface BootstrappedDifference extends GroupDifference {
  readonly bootstrap: GroupBootstrap['interval'] | null;
}

/** A comparison whose differences have their bootstrap intervals. */
export type BootstrappedComparison = Omit<Comparison, 'significance'> & {
  readonly significance: readonly BootstrappedDifference[];
};

/** Draws the bootstrap of every pair of groups by every outcome that is tested. */
export async function withBootstraps(
  engine: Engine,
  comparison: Comparison,
): Promise<BootstrappedComparison> {
  const { significance, target } = comparison;
  const groups = comparison.groups.map(({ label, counted }) => ({ label, runs: counted }));
  const intervals = new Map<string, GroupBootstrap['interval']>();
  const keyOf = (outcome: Outcome, first: string, second: string) => JSON.stringify([outcome, first, second]);
  for (const outcome of outcomes) {
    const tested = significance.some((pair) => pair.outcome === outcome && !pair.tooFewSeeds);
    const drawn = tested ? await call(engine, 'runs.bootstrap', { groups, outcome, target }) : [];
    for (const { first, second, interval } of drawn) intervals.set(keyOf(outcome, first, second), interval);
  }
  return {
    ...comparison,
    significance: significance.map((pair) => ({
      ...pair,
      bootstrap: intervals.get(keyOf(pair.outcome, pair.first, pair.second)) ?? null,
    })),
  };
}

/**
 * What the tests say, a sentence for each pair of groups by test accuracy: "relu is 0.42 points better than sigmoid
 * (95% CI 0.31 to 0.53, Welch t, p = 0.0008, bootstrap 0.33 to 0.51, n = 3 + 3)".
 */
export function significanceInWords(significance: readonly BootstrappedDifference[]): string[] {
  return significance.filter(({ outcome }) => outcome === 'test').map(sentence);
}

function sentence(difference: BootstrappedDifference): string {
  const { outcome, first, second, counts, tooFewSeeds, welch, bootstrap } = difference;
  const better = difference.difference >= 0;
  const [winner, loser] = better ? [second, first] : [first, second];
  const size = points(Math.abs(difference.difference));
  const what = `${names[outcome]}: ${winner} is ${size} points better than ${loser}`;
  const n = `n = ${counts[0]} + ${counts[1]}`;
  if (tooFewSeeds) return `${what} (${n}: too few seeds to test, 3 in each group are the least).`;
  if (!welch) return `${what} (${n}: the runs of a group do not differ, nothing to test by).`;
  const range = ([low, high]: readonly [number, number]) =>
    better ? `${points(low)} to ${points(high)}` : `${points(-high)} to ${points(-low)}`;
  const drawn = bootstrap === null ? '' : `, bootstrap ${range(bootstrap)}`;
  const corrected =
    difference.correctedP !== welch.p ? `, ${p(difference.correctedP ?? 1)} corrected (Holm)` : '';
  return `${what} (95% CI ${range(welch.interval)}, Welch t, ${p(welch.p)}${corrected}${drawn}, ${n}).`;
}

const points = (fraction: number) => (100 * fraction).toFixed(2);

function p(value: number): string {
  return value < 0.0001 ? 'p < 0.0001' : `p = ${value.toPrecision(2)}`;
}
