import type { PaceRatio } from '../contract/arrivals.ts';
import type { Comparison } from '../contract/runs.ts';
import type { Statistic } from '../contract/statistic.ts';
import type { Engine } from '../engine/api.ts';
import { duration, metricValue } from './format.ts';
import { formatTable } from './output.ts';
import { paceRatios, pacesInWords } from './pace.ts';
import { type BootstrappedComparison, significanceInWords, withBootstraps } from './significance.ts';

type Group = Comparison['groups'][number];

/** A comparison with everything that the command line says of it. */
export type WholeComparison = BootstrappedComparison & { readonly ratios: readonly PaceRatio[] };

export async function completeComparison(engine: Engine, comparison: Comparison): Promise<WholeComparison> {
  const ratios = await paceRatios(engine, comparison);
  return { ...(await withBootstraps(engine, comparison)), ratios };
}

/** `98.42% ± 0.11% (n = 3)` */
function spread(statistic: Statistic, show: (value: number | null) => string): string {
  const { mean, deviation, count } = statistic;
  const half = deviation === null ? '' : ` ± ${show(deviation)}`;
  return `${show(mean)}${half} (n = ${count})`;
}

/** Groups side by side: mean and standard deviation over their runs, and what the tests say of them. */
export function comparisonTable({ groups, target, significance, ratios }: WholeComparison): string {
  const wanted = `${target.metric} ${metricValue(target.metric, target.value)}`;
  const accuracy = (value: number | null) => metricValue('/accuracy', value);
  const epochs = (value: number | null) => (value === null ? '–' : value.toFixed(1));
  const reached = (group: Group, statistic: Statistic, show: (value: number | null) => string) =>
    group.reached === 0
      ? 'not reached'
      : `${show(statistic.mean)} (${group.reached} of ${group.counted.length})`;
  const table = formatTable<Group>(
    [
      { heading: 'group', value: ({ label }) => label },
      {
        heading: 'best',
        value: ({ best, bestMetric }) => spread(best, (value) => metricValue(bestMetric, value)),
      },
      {
        heading: 'chosen by',
        value: ({ bestMetric, selectedOnTest }) =>
          (bestMetric || 'different metrics') + (selectedOnTest ? ' (!)' : ''),
      },
      { heading: 'at epoch', right: true, value: ({ bestEpoch }) => epochs(bestEpoch.mean) },
      { heading: 'test accuracy', value: ({ test }) => spread(test, accuracy) },
      { heading: 'epochs', right: true, value: (group) => reached(group, group.epochsToTarget, epochs) },
      { heading: 'time', right: true, value: (group) => reached(group, group.secondsToTarget, duration) },
    ],
    groups,
  );
  const notes = ['Mean ± standard deviation over n counted runs; epochs and time: until', wanted].join(' ');
  const onTest = groups.some(({ selectedOnTest }) => selectedOnTest);
  const warning = onTest ? ['(!) chosen by looking at the test set.'] : [];
  const tests = [...significanceInWords(significance), ...pacesInWords(ratios, target)];
  return [...table, notes, ...warning, ...countedOnce(groups), ...countedEarly(groups), ...tests].join('\n');
}

/** Which seeds were trained more than once, and whether it matters which of the runs is counted. */
function countedOnce(groups: readonly Group[]): string[] {
  return groups.flatMap(({ label, repeats }) =>
    repeats.map(({ seed, counted, left, differ }) => {
      const which = differ
        ? `, of different results; run ${counted}, which trained longest or was first`
        : '';
      return `${label}: seed ${seed} was trained ${left.length + 1} times and is counted once${which}.`;
    }),
  );
}

/** Which groups have runs in their figures that did not finish. */
function countedEarly(groups: readonly Group[]): string[] {
  return groups
    .filter(({ unfinished }) => unfinished.length > 0)
    .map(
      ({ label, unfinished, counted }) =>
        `${label}: ${unfinished.length} of ${counted.length} runs did not finish, and count with what they came to: ${unfinished.join(', ')}.`,
    );
}
