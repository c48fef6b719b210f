import type { RunSummary } from '../../core/contract/runs.ts';

/** Runs of one experiment, in the order in which they were made. */
export interface RunGroup {
  id: string;
  name: string;
  runs: RunSummary[];
}

/** Order of ISO dates: letter by letter, many times faster than by language. */
export function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Groups runs by experiment; groups stand in the order of their first run in `runs`. */
export function groupRuns(runs: readonly RunSummary[]): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    const group = groups.get(run.experimentId);
    if (group) group.runs.push(run);
    else groups.set(run.experimentId, { id: run.experimentId, name: run.experimentName, runs: [run] });
  }
  for (const group of groups.values()) {
    group.runs.sort((a, b) => byText(a.createdAt, b.createdAt));
  }
  return [...groups.values()];
}

/** Share of its epochs that a run has behind it, 0..1. */
export function progressOf(run: Pick<RunSummary, 'epoch' | 'epochs'>): number {
  return run.epochs > 0 ? Math.min(1, run.epoch / run.epochs) : 0;
}
