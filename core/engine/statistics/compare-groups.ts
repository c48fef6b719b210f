import type { GroupDifference, Outcome } from '../../contract/significance.ts';
import { mean } from './describe.ts';
import { holmCorrected } from './holm.ts';
import { rankSumTest } from './rank-sum.ts';
import { hedgesG, pairedTest, welchTest } from './two-samples.ts';

/** One counted run's number in a group. Runs of one seed may differ in their configuration. */
export interface Observation {
  readonly seed: number;
  readonly value: number;
}

export interface Sample {
  readonly label: string;
  readonly observations: readonly Observation[];
  /** Counted runs without a number because they never came to the target. */
  readonly never: number;
}

/** Below this, a test says more about luck than about the groups. */
export const fewestSeeds = 3;
/** More pairs than a reader can take in; beyond, nothing is tested. */
const mostGroups = 12;

/**
 * Every pair of groups by one outcome. Welch's test is the one that counts, whatever the others say, so that no test is
 * picked for its result; its p values are corrected for the number of pairs (Holm).
 */
export function compareGroups(outcome: Outcome, groups: readonly Sample[]): GroupDifference[] {
  const differences = pairsOf(groups).map(([first, second]) => comparePair(outcome, first, second));
  const corrected = holmCorrected(differences.flatMap(({ welch }) => (welch ? [welch.p] : [])));
  let next = 0;
  return differences.map((difference) => ({
    ...difference,
    correctedP: difference.welch ? (corrected[next++] as number) : null,
  }));
}

/** Every two groups that both have the outcome; none where there are too many to take in. */
export function pairsOf(groups: readonly Sample[]): [Sample, Sample][] {
  if (groups.length > mostGroups) return [];
  const known = groups.filter(({ observations }) => observations.length > 0);
  return known.flatMap((first, i) => known.slice(i + 1).map((second): [Sample, Sample] => [first, second]));
}

/** Whether a test of the two is worth its name: both have seeds enough, and no run is left out for being slow. */
export function testable(one: Sample, other: Sample): boolean {
  return enoughSeeds(one, other) && one.never + other.never === 0;
}

function enoughSeeds(one: Sample, other: Sample): boolean {
  return Math.min(seedsOf(one), seedsOf(other)) >= fewestSeeds;
}

export function valuesOf({ observations }: Sample): number[] {
  return observations.map(({ value }) => value);
}

function comparePair(outcome: Outcome, one: Sample, other: Sample): Omit<GroupDifference, 'correctedP'> {
  const first = valuesOf(one);
  const second = valuesOf(other);
  const tested = testable(one, other);
  return {
    outcome,
    first: one.label,
    second: other.label,
    counts: [first.length, second.length],
    never: [one.never, other.never],
    difference: mean(second) - mean(first),
    tooFewSeeds: !enoughSeeds(one, other),
    welch: tested ? welchTest(first, second) : null,
    paired: one.never + other.never === 0 ? comparePaired(one.observations, other.observations) : null,
    rankSum: tested ? rankSumTest(first, second) : null,
    effect: tested ? hedgesG(first, second) : null,
  };
}

function seedsOf({ observations }: Sample): number {
  return new Set(observations.map(({ seed }) => seed)).size;
}

/** Over the seeds that stand exactly once in each group. */
function comparePaired(
  one: readonly Observation[],
  other: readonly Observation[],
): GroupDifference['paired'] {
  const first = bySeed(one);
  const second = bySeed(other);
  const seeds = [...first.keys()].filter((seed) => second.has(seed));
  if (seeds.length < fewestSeeds) return null;
  const of = (values: ReadonlyMap<number, number>) => seeds.map((seed) => values.get(seed) as number);
  const test = pairedTest(of(first), of(second));
  return test && { ...test, seeds: seeds.length };
}

function bySeed(observations: readonly Observation[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const { seed } of observations) times.set(seed, (times.get(seed) ?? 0) + 1);
  const single = observations.filter(({ seed }) => times.get(seed) === 1);
  return new Map(single.map(({ seed, value }) => [seed, value]));
}
