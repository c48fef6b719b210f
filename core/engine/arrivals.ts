import { type Arrival, type Arrivals, type Pace, type PaceRatio, paces } from '../contract/arrivals.ts';
import { describe } from './comparison.ts';
import { fewestSeeds } from './statistics/compare-groups.ts';
import { mean } from './statistics/describe.ts';
import { welchTest } from './statistics/two-samples.ts';

/** A group's counted runs, each with when it came to the target. */
export interface ArrivingGroup {
  readonly label: string;
  readonly arrivals: readonly (Arrival & { readonly seed: number })[];
}

/** More pairs than a reader can take in; beyond, no ratios are worked out. */
const mostGroups = 12;

/** How long each group took to the target, and how many times as long as another. */
export function describeArrivals(groups: readonly ArrivingGroup[]): Arrivals {
  const pairs = groups.flatMap((first, i) => groups.slice(i + 1).map((second) => [first, second] as const));
  return {
    groups: groups.map(({ label, arrivals }) => {
      const there = arrivals.filter(({ reached }) => reached);
      return {
        label,
        arrivals: arrivals.map(({ seed: _seed, ...arrival }) => arrival),
        epochs: describe(there.map(({ epochs }) => epochs)),
        seconds: describe(there.map(({ seconds }) => seconds)),
      };
    }),
    ratios:
      groups.length > mostGroups
        ? []
        : pairs.flatMap(([first, second]) => paces.map((pace) => paceRatio(first, second, pace))),
  };
}

/**
 * How many times as much one group needs as another. Times are compared by their logarithms, since "twice as long" and
 * "half as long" are equally far apart. A run that never came there is known to need more than it was given: it makes
 * the ratio a lower bound where it is one of the slower group, and leaves nothing to say where it is one of the faster.
 */
export function paceRatio(one: ArrivingGroup, other: ArrivingGroup, pace: Pace): PaceRatio {
  const [first, second] = inOrder(one, other, pace);
  const base = {
    first: first.label,
    second: second.label,
    pace,
    counts: [first.arrivals.length, second.arrivals.length] as [number, number],
  };
  const unknown = { ...base, kind: 'unknown', ratio: null, interval: null, range: null } as const;
  const [a, b] = [first, second].map(({ arrivals }) => arrivals.map((arrival) => arrival[pace])) as [
    number[],
    number[],
  ];
  if (a.length === 0 || b.length === 0 || Math.min(...a, ...b) <= 0) return unknown;
  if (first.arrivals.some(({ reached }) => !reached)) return unknown;
  const [logA, logB] = [a.map(Math.log), b.map(Math.log)];
  const ratio = Math.exp(mean(logB) - mean(logA));
  if (second.arrivals.some(({ reached }) => !reached)) {
    return ratio > 1 ? { ...base, kind: 'least', ratio, interval: null, range: null } : unknown;
  }
  const enough = Math.min(seedsOf(first), seedsOf(second)) >= fewestSeeds;
  const interval = enough ? (welchTest(logA, logB)?.interval ?? null) : null;
  return {
    ...base,
    kind: 'exact',
    ratio,
    interval: interval && [Math.exp(interval[0]), Math.exp(interval[1])],
    range: [Math.min(...b) / Math.max(...a), Math.max(...b) / Math.min(...a)],
  };
}

/** The faster group first: the one that came there whole, else the one of the smaller mean. */
function inOrder(one: ArrivingGroup, other: ArrivingGroup, pace: Pace): [ArrivingGroup, ArrivingGroup] {
  const [left, right] = [one, other].map(({ arrivals }) => ({
    missing: arrivals.filter(({ reached }) => !reached).length > 0 ? 1 : 0,
    mean: mean(arrivals.map((arrival) => Math.log(arrival[pace]))),
  })) as [{ missing: number; mean: number }, { missing: number; mean: number }];
  const turned = left.missing - right.missing || left.mean - right.mean;
  return turned > 0 ? [other, one] : [one, other];
}

function seedsOf({ arrivals }: ArrivingGroup): number {
  return new Set(arrivals.map(({ seed }) => seed)).size;
}
