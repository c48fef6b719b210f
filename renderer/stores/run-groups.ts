import type { RunSummary } from '../../core/contract/runs.ts';

/** Runs of one experiment, in the order in which they were made. */
export interface RunGroup {
  id: string;
  name: string;
  runs: RunSummary[];
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
    group.runs.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }
  return [...groups.values()];
}

/** True when every word of the filter occurs in the run's name, experiment, status, tags or choices. */
export function matchesFilter(run: RunSummary, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [run.name, run.experimentName, run.status, ...run.tags, ...Object.values(run.choices)]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Share of its epochs that a run has behind it, 0..1. */
export function progressOf(run: Pick<RunSummary, 'epoch' | 'epochs'>): number {
  return run.epochs > 0 ? Math.min(1, run.epoch / run.epochs) : 0;
}
