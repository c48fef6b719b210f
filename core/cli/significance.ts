import type { GroupDifference, Outcome } from '../contract/significance.ts';

const names: Record<Outcome, string> = {
  test: 'test accuracy',
  best: 'best',
  epochsToTarget: 'epochs to the target',
  secondsToTarget: 'seconds to the target',
};

/**
 * What the tests say, a sentence for each pair of groups by test accuracy: "relu is 0.42 points better than sigmoid
 * (95% CI 0.31 to 0.53, Welch t, p = 0.0008, n = 3 + 3)".
 */
export function significanceInWords(significance: readonly GroupDifference[]): string[] {
  return significance.filter(({ outcome }) => outcome === 'test').map(sentence);
}

function sentence(difference: GroupDifference): string {
  const { outcome, first, second, counts, tooFewSeeds, welch } = difference;
  const better = difference.difference >= 0;
  const [winner, loser] = better ? [second, first] : [first, second];
  const size = points(Math.abs(difference.difference));
  const what = `${names[outcome]}: ${winner} is ${size} points better than ${loser}`;
  const n = `n = ${counts[0]} + ${counts[1]}`;
  if (tooFewSeeds) return `${what} (${n}: too few seeds to test, 3 in each group are the least).`;
  if (!welch) return `${what} (${n}: the runs of a group do not differ, nothing to test by).`;
  const [low, high] = better ? welch.interval : [-welch.interval[1], -welch.interval[0]];
  const corrected =
    difference.correctedP !== welch.p ? `, ${p(difference.correctedP ?? 1)} corrected (Holm)` : '';
  return `${what} (95% CI ${points(low)} to ${points(high)}, Welch t, ${p(welch.p)}${corrected}, ${n}).`;
}

const points = (fraction: number) => (100 * fraction).toFixed(2);

function p(value: number): string {
  return value < 0.0001 ? 'p < 0.0001' : `p = ${value.toPrecision(2)}`;
}
