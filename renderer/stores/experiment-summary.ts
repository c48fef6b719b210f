import type { RunSummary } from '../../core/contract/runs.ts';
import { formatSetting } from '../ui/format.ts';
import type { RunGroup } from './run-groups.ts';

/** Mean and standard deviation (n - 1) of the values there are; null without any, spread null below two. */
export interface Spread {
  mean: number | null;
  deviation: number | null;
  count: number;
}

export function spreadOf(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  const count = known.length;
  if (count === 0) return { mean: null, deviation: null, count };
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, deviation: null, count };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** Runs of an experiment that differ only in the seed. */
export interface SettingSummary {
  /** The choices' values, e.g. `relu`; empty where nothing varies. */
  label: string;
  runs: RunSummary[];
  best: Spread;
  bestMetric: string;
  selectedOnTest: boolean;
  test: Spread;
  seconds: Spread;
}

export function settingsOf(group: RunGroup): SettingSummary[] {
  const bySetting = new Map<string, RunSummary[]>();
  for (const run of group.runs) {
    const key = JSON.stringify(run.choices);
    const members = bySetting.get(key);
    if (members) members.push(run);
    else bySetting.set(key, [run]);
  }
  return [...bySetting.values()].map((runs) => ({
    label: Object.values(runs[0]?.choices ?? {})
      .map(formatSetting)
      .join(', '),
    runs,
    best: spreadOf(runs.map((run) => run.best)),
    bestMetric: runs[0]?.bestMetric ?? '',
    selectedOnTest: runs.some((run) => run.selectedOnTest && run.best !== null),
    test: spreadOf(runs.map((run) => run.test)),
    seconds: spreadOf(runs.map((run) => (run.epoch > 0 ? run.seconds : null))),
  }));
}
