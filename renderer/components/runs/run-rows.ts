import type { RunSummary } from '../../../core/contract/runs.ts';
import { matchesFilter, type RunGroup } from '../../stores/run-groups.ts';

/** A line of the run list: an experiment's heading, or a run under it. */
export type RunRow =
  | { kind: 'group'; key: string; group: RunGroup; folded: boolean }
  | { kind: 'run'; key: string; run: RunSummary };

/** Lines to draw: groups without a match vanish, folded ones keep their heading; a filter unfolds. */
export function runRows(groups: readonly RunGroup[], filter: string, folded: ReadonlySet<string>): RunRow[] {
  const filtering = filter.trim() !== '';
  return groups.flatMap<RunRow>((group) => {
    const runs = group.runs.filter((run) => matchesFilter(run, filter));
    if (runs.length === 0) return [];
    const isFolded = !filtering && folded.has(group.id);
    const heading: RunRow = {
      kind: 'group',
      key: `group ${group.id}`,
      group: { ...group, runs },
      folded: isFolded,
    };
    return [heading, ...(isFolded ? [] : runs.map<RunRow>((run) => ({ kind: 'run', key: run.id, run })))];
  });
}

/**
 * A run's name under the heading of its experiment, which is not said again. A long one gives way at the end of `head`, so that what
 * tells runs apart (`/seed 7`) stays.
 */
export function shortName({ name, experimentName }: Pick<RunSummary, 'name' | 'experimentName'>): {
  head: string;
  tail: string;
} {
  const prefix = `${experimentName}/`;
  const own = name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
  const at = own.lastIndexOf('/');
  const short = at > 0 && own.length - at <= 12;
  return short ? { head: own.slice(0, at), tail: own.slice(at) } : { head: own, tail: '' };
}
