import { countedRuns, derivedKeys, recipe } from '../contract/averaged.ts';
import type { Comparison, RunSummary } from '../contract/runs.ts';
import { type GroupDifference, type Outcome, outcomes } from '../contract/significance.ts';
import type { Statistic } from '../contract/statistic.ts';
import { getPath } from '../train/paths.ts';
import { shortValue } from '../train/short-value.ts';
import { type Difference, findDifferences, flatten } from './differences.ts';
import { compareGroups, type Sample } from './statistics/compare-groups.ts';
import { mean, sampleDeviation } from './statistics/describe.ts';

/** A run with its complete configuration. */
export interface ComparedRun {
  readonly summary: RunSummary;
  readonly config: unknown;
}

/** When a run first reached the target; null where it never did. */
export type Reached = { readonly epoch: number; readonly seconds: number } | null;

export type Target = Comparison['target'];
type Group = Comparison['groups'][number];

/** 98% of the accuracy that the runs were selected by; where none came there, the highest whole percentage that all of them did. */
export function defaultTarget(runs: readonly ComparedRun[]): Target {
  const chosenBy = runs[0]?.summary.bestMetric ?? '';
  const metric = chosenBy.endsWith('/accuracy') ? chosenBy : 'test/accuracy';
  const reached = runs
    .map(({ summary }) => (summary.bestMetric === metric ? summary.best : summary.test))
    .filter((accuracy) => accuracy !== null);
  const usual = 0.98;
  if (reached.length === 0 || Math.max(...reached) >= usual) return { metric, value: usual };
  return { metric, value: Math.max(1, Math.floor(100 * Math.min(...reached))) / 100 };
}

/** What the experiment varied; where it varied nothing, what differs besides the seed. */
export function defaultGrouping(runs: readonly ComparedRun[], differences: readonly Difference[]): string[] {
  const varied = new Set(runs.flatMap(({ summary }) => Object.keys(summary.choices)));
  if (varied.size > 0) return [...varied];
  return differences.map(({ path }) => path).filter((path) => path !== 'seed');
}

/** Runs that agree in every key of `groupBy`, in order of those: numbers by size, others as they first appeared. */
export function formGroups(
  runs: readonly ComparedRun[],
  groupBy: readonly string[],
  reached: ReadonlyMap<string, Reached>,
): Group[] {
  const groups = new Map<string, { key: Record<string, unknown>; runs: ComparedRun[] }>();
  for (const run of runs) {
    const key = Object.fromEntries(groupBy.map((path) => [path, getPath(run.config, path) ?? null]));
    const id = JSON.stringify(key);
    const group = groups.get(id);
    if (group) group.runs.push(run);
    else groups.set(id, { key, runs: [run] });
  }
  const all = [...groups.values()];
  const places = groupBy.map((path) => {
    const ranks = ranksOf(all.map(({ key }) => key[path]));
    return (key: Readonly<Record<string, unknown>>) => ranks.get(JSON.stringify(key[path])) ?? 0;
  });
  return all
    .sort((one, other) => {
      const place = places.find((of) => of(one.key) !== of(other.key));
      return place ? place(one.key) - place(other.key) : 0;
    })
    .map(({ key, runs: members }) => describeGroup(key, members, reached));
}

/** Every run as a group of its own, called by its name; namesakes by their ids as well. */
export function singleRuns(runs: readonly ComparedRun[], reached: ReadonlyMap<string, Reached>): Group[] {
  const namesakes = Map.groupBy(runs, ({ summary }) => summary.name);
  return runs.map((run) => {
    const { id, name } = run.summary;
    const label = (namesakes.get(name)?.length ?? 0) > 1 ? `${name} (${id})` : name;
    return { ...describeGroup({}, [run], reached), label };
  });
}

/** Places of a key's values: numbers by size, before them whatever else there is, as it first appeared. */
function ranksOf(values: readonly unknown[]): Map<string, number> {
  const different = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
  const numbers = different.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const others = different.filter((value) => typeof value !== 'number');
  return new Map([...others, ...numbers].map((value, place) => [JSON.stringify(value), place]));
}

function describeGroup(
  key: Record<string, unknown>,
  runs: readonly ComparedRun[],
  reached: ReadonlyMap<string, Reached>,
): Group {
  const summaries = runs.map(({ summary }) => summary);
  const configs = new Map(runs.map(({ summary, config }) => [summary.id, config]));
  const { counted, repeats } = countedRuns(summaries, ({ id }) =>
    recipe(Object.fromEntries(flatten(configs.get(id)))),
  );
  const arrivals = counted.map(({ id }) => reached.get(id) ?? null).filter((time) => time !== null);
  const chosenBy = [...new Set((counted.length > 0 ? counted : summaries).map((run) => run.bestMetric))];
  const bestMetric = chosenBy.length === 1 ? (chosenBy[0] as string) : '';
  return {
    key,
    label: Object.values(key).map(shortValue).join(', ') || 'all runs',
    runs: summaries.map(({ id }) => id),
    counted: counted.map(({ id }) => id),
    seeds: new Set(counted.map(({ seed }) => seed)).size,
    repeats: repeats.map(({ seed, counted: one, left }) => ({
      seed,
      counted: one.id,
      left: left.map(({ id }) => id),
      differ: left.some(({ best, test }) => best !== one.best || test !== one.test),
    })),
    mixed: findDifferences(
      counted.map(({ id }) => configs.get(id)),
      new Set([...derivedKeys, 'seed', 'backend']),
    ).map(({ path }) => path),
    unfinished: counted.filter(({ status }) => status !== 'finished').map(({ id }) => id),
    best: describe(bestMetric === '' ? [] : counted.map(({ best }) => best)),
    bestMetric,
    bestEpoch: describe(counted.map(({ bestEpoch }) => bestEpoch)),
    test: describe(counted.map(({ test }) => test)),
    epochsToTarget: describe(arrivals.map(({ epoch }) => epoch)),
    secondsToTarget: describe(arrivals.map(({ seconds }) => seconds)),
    reached: arrivals.length,
    selectedOnTest: summaries.some(({ selectedOnTest }) => selectedOnTest),
  };
}

/** What the tests say of every pair of groups, by every outcome; by their bests only where all are of one metric. */
export function testGroups(
  groups: readonly Group[],
  runs: readonly ComparedRun[],
  reached: ReadonlyMap<string, Reached>,
): GroupDifference[] {
  const summaries = new Map(runs.map(({ summary }) => [summary.id, summary]));
  const judged = groups.filter(({ counted }) => counted.length > 0);
  const oneMetric = new Set(judged.map(({ bestMetric }) => bestMetric)).size === 1;
  const asked = outcomes.filter((outcome) => outcome !== 'best' || oneMetric);
  return asked.flatMap((outcome) =>
    compareGroups(
      outcome,
      groups.map(({ label, counted }) => {
        const members = counted.map((id) => summaries.get(id)).filter((run) => run !== undefined);
        return sampleOf(outcome, label, members, reached);
      }),
    ),
  );
}

/** A group's numbers of one outcome, of the runs that have it. */
export function sampleOf(
  outcome: Outcome,
  label: string,
  members: readonly RunSummary[],
  reached: ReadonlyMap<string, Reached>,
): Sample {
  const outcomeOf: Record<Outcome, (run: RunSummary) => number | null> = {
    test: ({ test }) => test,
    best: ({ best }) => best,
    epochsToTarget: ({ id }) => reached.get(id)?.epoch ?? null,
    secondsToTarget: ({ id }) => reached.get(id)?.seconds ?? null,
  };
  const observations = members.flatMap((run) => {
    const value = outcomeOf[outcome](run);
    return value === null ? [] : [{ seed: run.seed, value }];
  });
  const asksForTarget = outcome === 'epochsToTarget' || outcome === 'secondsToTarget';
  return { label, observations, never: asksForTarget ? members.length - observations.length : 0 };
}

/** Over the runs that have the number. */
export function describe(values: readonly (number | null)[]): Statistic {
  const known = values.filter((value) => value !== null);
  return {
    mean: known.length > 0 ? mean(known) : null,
    deviation: sampleDeviation(known),
    count: known.length,
  };
}
