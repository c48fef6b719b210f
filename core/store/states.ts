import { ConvolabError } from '../contract/errors.ts';
import type { RunStatus } from '../contract/runs.ts';

/** Where a run may go from where it is. */
const next: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'paused', 'stopped', 'failed'],
  running: ['paused', 'finished', 'stopped', 'failed', 'interrupted', 'queued'],
  paused: ['queued', 'stopped'],
  /** Trained further. */
  finished: ['queued'],
  stopped: ['queued'],
  failed: ['queued'],
  interrupted: ['queued', 'stopped'],
};

/** Holds or awaits a device; neither is edited away under a worker. */
export const activeStates: ReadonlySet<RunStatus> = new Set(['queued', 'running']);
/** Ended, for now. */
export const endStates: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'failed', 'interrupted']);

/** Throws `run.state`, naming both states, where there is no way from one to the other. */
export function checkTransition(run: string, from: RunStatus, to: RunStatus): void {
  if (next[from].includes(to)) return;
  throw new ConvolabError('run.state', `Run ${run} is ${from} and cannot become ${to}.`, {
    subject: run,
    hint: `From ${from} it can become ${next[from].join(' or ')}.`,
  });
}
