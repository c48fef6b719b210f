import type { RunSummary } from '../../../core/contract/runs.ts';

/** Seconds from now, null where nothing is known to go by. */
export interface Forecast {
  /** Training time that the run still needs. */
  readonly left: number | null;
  /** Until it has ended, what stands before it included. */
  readonly done: number | null;
}

/**
 * When the runs of a queue will be done: those that train now first, then the others in their order, as many side by side as train now.
 * A run that has not begun is taken to go at the pace of those that are most like it: same experiment and choices, else same experiment.
 * @param queue what trains and what waits, in order
 * @param all every run there is, to learn the pace from
 */
export function forecast(queue: readonly RunSummary[], all: readonly RunSummary[]): Map<string, Forecast> {
  const slots = Math.max(1, queue.filter(({ status }) => status === 'running').length);
  /** When each slot is free again. */
  const free: (number | null)[] = Array(slots).fill(0);
  return new Map(
    queue.map((run) => {
      const left = secondsLeft(run, all);
      const slot = firstFree(free);
      const begin = free[slot] ?? null;
      const done = left === null || begin === null ? null : begin + left;
      free[slot] = done;
      return [run.id, { left, done }];
    }),
  );
}

/** The slot that is free first; one of which nothing is known only where there is no other. */
function firstFree(free: readonly (number | null)[]): number {
  let first = 0;
  for (const [slot, time] of free.entries()) {
    const before = free[first] ?? Number.POSITIVE_INFINITY;
    if (time !== null && time < before) first = slot;
  }
  return first;
}

function secondsLeft(run: RunSummary, all: readonly RunSummary[]): number | null {
  if (run.etaSeconds !== null) return run.etaSeconds;
  const pace =
    paceOf([run]) ?? paceOf(all.filter((other) => isAlike(run, other))) ?? paceOf(siblings(run, all));
  return pace === null ? null : pace * Math.max(0, run.epochs - run.epoch);
}

const siblings = (run: RunSummary, all: readonly RunSummary[]) =>
  all.filter(({ experimentId }) => experimentId === run.experimentId);

const isAlike = (run: RunSummary, other: RunSummary) =>
  other.experimentId === run.experimentId && JSON.stringify(other.choices) === JSON.stringify(run.choices);

/** Seconds per epoch over all that these runs have trained. */
function paceOf(runs: readonly RunSummary[]): number | null {
  const epochs = runs.reduce((sum, { epoch }) => sum + epoch, 0);
  const seconds = runs.reduce((sum, run) => sum + (run.epoch > 0 ? run.seconds : 0), 0);
  return epochs > 0 && seconds > 0 ? seconds / epochs : null;
}
