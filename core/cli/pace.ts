import type { PaceRatio } from '../contract/arrivals.ts';
import type { Comparison } from '../contract/runs.ts';
import type { Engine } from '../engine/api.ts';
import { call } from './call.ts';
import { metricValue } from './format.ts';

/** How many times as long each group needed to the target as another, for every pair of groups that came there. */
export async function paceRatios(engine: Engine, { groups, target }: Comparison): Promise<PaceRatio[]> {
  const wanted = groups.filter(({ counted }) => counted.length > 0);
  if (wanted.length < 2) return [];
  const { ratios } = await call(engine, 'runs.arrivals', {
    groups: wanted.map(({ label, counted }) => ({ label, runs: counted })),
    metric: target.metric,
    value: target.value,
  });
  return ratios;
}

/** More would bury the table above them. */
const mostSentences = 8;

/**
 * A sentence for each ratio that is known, the first eight: "To train/accuracy 75.00%: tanh needs 1.06 times the epochs of ReLU
 * (95% CI 0.96 to 1.18, n = 3 + 3)."
 */
export function pacesInWords(ratios: readonly PaceRatio[], target: Comparison['target']): string[] {
  const goal = `To ${target.metric} ${metricValue(target.metric, target.value)}`;
  const sentences = ratios.flatMap((one) => {
    const { kind, ratio, first, second, pace, counts } = one;
    if (kind === 'unknown' || ratio === null) return [];
    const n = `n = ${counts[0]} + ${counts[1]}`;
    const least = kind === 'least' ? 'at least ' : '';
    const what = `${goal}: ${second} needs ${least}${ratio.toFixed(2)} times the ${pace} of ${first}`;
    if (kind === 'least') return [`${what} (some of its runs never came there, ${n}).`];
    return [`${what} (${spreadOf(one)}${n}).`];
  });
  const more = sentences.length - mostSentences;
  return more > 0
    ? [...sentences.slice(0, mostSentences), `${goal}: ${more} more pairs with --json.`]
    : sentences;
}

function spreadOf({ interval, range, counts }: PaceRatio): string {
  const between = ([low, high]: readonly [number, number]) => `${low.toFixed(2)} to ${high.toFixed(2)}, `;
  if (interval) return `95% CI ${between(interval)}`;
  return range && Math.max(...counts) > 1 ? `runs from ${between(range)}` : '';
}
