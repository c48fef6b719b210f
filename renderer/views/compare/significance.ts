import type { GroupDifference, Outcome } from '../../../core/contract/significance.ts';
import { formatDuration, formatValue, valueKind } from '../../charts/format.ts';

/** The usual bound below which a difference is not put down to chance. */
export const bound = 0.05;

/** Tells the pairs of one outcome apart. */
export const pairKey = ({ first, second }: Pick<GroupDifference, 'first' | 'second'>) => `${first} ${second}`;

export type Verdict = 'never' | 'tooFew' | 'untestable' | 'equal' | 'clear' | 'unclear';

/** What is said of a pair, always from the group that did better. */
export interface Finding {
  readonly verdict: Verdict;
  readonly better: string;
  readonly worse: string;
  /** With its unit, never negative. */
  readonly size: string;
  /** Whether the difference is none as it is written. */
  readonly equal: boolean;
  /** 95% confidence interval by Welch's test, in the same unit; null where there is none. */
  readonly interval: readonly [string, string] | null;
  readonly n: string;
}

/** How an outcome is written, and whether more of it is better. */
interface Measure {
  readonly write: (difference: number) => string;
  readonly moreIsBetter: boolean;
}

/** @param bestMetric what the runs' bests are, e.g. `validation/accuracy` */
export function measureOf(outcome: Outcome, bestMetric: string): Measure {
  if (outcome === 'epochsToTarget') return { write: (epochs) => epochs.toFixed(1), moreIsBetter: false };
  if (outcome === 'secondsToTarget') {
    return {
      write: (seconds) => (seconds < 0 ? '−' : '') + formatDuration(Math.abs(seconds)),
      moreIsBetter: false,
    };
  }
  const metric = outcome === 'test' ? 'test/accuracy' : bestMetric;
  const kind = valueKind(metric);
  if (kind !== 'fraction') {
    return { write: (value) => formatValue(value, kind), moreIsBetter: !metric.endsWith('/loss') };
  }
  return { write: (value) => (100 * value).toFixed(2).replace('-', '−'), moreIsBetter: true };
}

export function findingOf(pair: GroupDifference, bestMetric: string): Finding {
  const { write, moreIsBetter } = measureOf(pair.outcome, bestMetric);
  const secondIsBetter = pair.difference >= 0 === moreIsBetter;
  const sign = pair.difference >= 0 ? 1 : -1;
  const [from, to] = pair.welch?.interval ?? [0, 0];
  const size = write(sign * pair.difference);
  const equal = size === write(0);
  return {
    verdict: verdictOf(pair, equal),
    better: secondIsBetter ? pair.second : pair.first,
    worse: secondIsBetter ? pair.first : pair.second,
    size,
    equal,
    interval: pair.welch ? (sign > 0 ? [write(from), write(to)] : [write(-to), write(-from)]) : null,
    n: `${pair.counts[0]} + ${pair.counts[1]}`,
  };
}

function verdictOf({ never, tooFewSeeds, correctedP }: GroupDifference, equal: boolean): Verdict {
  if (never.some((count) => count > 0)) return 'never';
  if (tooFewSeeds) return 'tooFew';
  if (correctedP === null) return 'untestable';
  if (correctedP < bound) return 'clear';
  return equal ? 'equal' : 'unclear';
}

/** `0.0065`, `< 0.0001`; `–` where there is none. */
export function writeP(p: number | null | undefined): string {
  if (p === null || p === undefined) return '–';
  if (p < 0.0001) return '< 0.0001';
  return p > 0.9995 ? '1' : String(Number(p.toPrecision(2)));
}
