import type { RunSummary } from './runs.ts';

/**
 * The runs that a group's means are taken over, in its curves and in its results alike: those that have ended with at least one evaluation. What still trains would cut the mean
 * to the epochs it has so far, so it is drawn as a line of its own beside it; only where nothing has ended is it averaged. Runs without
 * an evaluation have nothing to average.
 */
export function averagedRuns(runs: readonly RunSummary[]): RunSummary[] {
  const evaluated = runs.filter((run) => run.bestEpoch !== null);
  const ended = evaluated.filter((run) => run.status !== 'running' && run.status !== 'queued');
  return ended.length > 0 ? ended : evaluated;
}
