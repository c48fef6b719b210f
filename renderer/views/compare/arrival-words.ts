import type { Arrivals, Pace, PaceRatio } from '../../../core/contract/arrivals.ts';
import type { Text } from '../../app/text.ts';
import { formatDuration } from '../../charts/format.ts';
import { writeDurations, writeStatistic } from './grouping.ts';

type Group = Arrivals['groups'][number];

/** `2.3 ± 0.4 epochs`. */
export function writePace(pace: Pace, value: number): string {
  return pace === 'seconds' ? formatDuration(value) : value.toFixed(1);
}

/** How a group came to the target, with those of its runs that never did. */
export function groupSentence(text: Text, group: Group): string {
  const all = group.arrivals.length;
  const missing = group.arrivals.filter(({ reached }) => !reached);
  const words = {
    group: group.label,
    all,
    missing: missing.length,
    epochs: writeStatistic(group.epochs, (value) => writePace('epochs', value)),
    time: writeDurations(group.seconds),
    // What the run that was given least had: none of the missing came there within it.
    within: writePace('epochs', Math.min(...missing.map(({ epochs }) => epochs))),
  };
  if (missing.length === all) return text('compare.arrival.none', words, all);
  if (missing.length > 0) return text('compare.arrival.some', words);
  return text('compare.arrival.all', words, all);
}

/** How many times as long, in one sentence. */
export function ratioSentence(text: Text, ratio: PaceRatio): string {
  const times = (value: number) => value.toFixed(value < 10 ? 2 : 1);
  const [low, high] = ratio.interval ?? ratio.range ?? [Number.NaN, Number.NaN];
  const words = {
    first: ratio.first,
    second: ratio.second,
    ratio: ratio.ratio === null ? '' : times(ratio.ratio),
    low: times(low),
    high: times(high),
    n: `${ratio.counts[0]} + ${ratio.counts[1]}`,
    what: text(`compare.arrival.of.${ratio.pace}`),
  };
  if (ratio.kind === 'exact')
    return text(ratio.interval ? 'compare.arrival.exact' : 'compare.arrival.few', words);
  return text(`compare.arrival.${ratio.kind}`, words);
}
