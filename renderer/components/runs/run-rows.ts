import type { RunSummary } from '../../../core/contract/runs.ts';
import type { RunGroup } from '../../stores/run-groups.ts';

/** A line of the run list: an experiment's heading, or a run under it. */
export type RunRow =
  | { kind: 'group'; key: string; group: RunGroup; folded: boolean }
  | { kind: 'run'; key: string; run: RunSummary };

/** What the list is to show. */
export interface ListChoice {
  keeps(run: RunSummary): boolean;
  /** A filter unfolds what is folded. */
  readonly filtering: boolean;
  readonly folded: ReadonlySet<string>;
  /** Ids of the runs on top, in their order. */
  readonly pinned: readonly string[];
  /** Name of the group on top. */
  readonly pinnedName: string;
}

/** The group of pinned runs; no experiment has this id. */
export const pinnedGroup = 'pinned';

/** Lines to draw, pinned runs first and only there: groups without a match vanish, folded ones keep their heading. */
export function runRows(groups: readonly RunGroup[], choice: ListChoice): RunRow[] {
  const { keeps, filtering, folded } = choice;
  return [pinnedOf(groups, choice), ...withoutPinned(groups, choice)].flatMap<RunRow>((group) => {
    const runs = group.runs.filter(keeps);
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

function pinnedOf(groups: readonly RunGroup[], { pinned, pinnedName }: ListChoice): RunGroup {
  const byId = new Map(
    pinned.length > 0 ? groups.flatMap(({ runs }) => runs.map((run) => [run.id, run])) : [],
  );
  const runs = pinned.map((id) => byId.get(id)).filter((run) => run !== undefined);
  return { id: pinnedGroup, name: pinnedName, runs };
}

function withoutPinned(groups: readonly RunGroup[], { pinned }: ListChoice): readonly RunGroup[] {
  if (pinned.length === 0) return groups;
  const onTop = new Set(pinned);
  return groups.map((group) => ({ ...group, runs: group.runs.filter(({ id }) => !onTop.has(id)) }));
}

/**
 * A run's name under the heading of its experiment, which is not said again. As `headAndTail`.
 */
export function shortName({ name, experimentName }: Pick<RunSummary, 'name' | 'experimentName'>): {
  head: string;
  tail: string;
} {
  const prefix = `${experimentName}/`;
  const own = name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
  return headAndTail(own);
}

/** What a run belongs to, to stand beside its name; empty where the name says it already. */
export function experimentBeside({
  name,
  experimentName,
}: Pick<RunSummary, 'name' | 'experimentName'>): string {
  return name.startsWith(experimentName) ? '' : experimentName;
}

/** A name in two parts, of which the first gives way where there is no room: what tells runs apart (`/seed 7`) stays. */
export function headAndTail(name: string): { head: string; tail: string } {
  const at = name.lastIndexOf('/');
  const short = at > 0 && name.length - at <= 12;
  return short ? { head: name.slice(0, at), tail: name.slice(at) } : { head: name, tail: '' };
}
