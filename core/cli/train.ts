import type { RunSummary } from '../contract/runs.ts';
import type { Engine } from '../engine/api.ts';
import { onInterrupt } from '../host/interrupt.ts';
import { call } from './call.ts';
import { comparisonTable, completeComparison } from './comparison.ts';
import { followRuns } from './follow.ts';
import { percent } from './format.ts';
import type { Output } from './output.ts';
import { createProgress } from './progress.ts';

/**
 * Shows runs until they rest; Ctrl-C checkpoints and leaves them paused, a second one forces. The last line is the
 * result. Returns the exit code: 1 where a run failed.
 */
export async function trainToEnd(engine: Engine, runs: readonly string[], output: Output): Promise<number> {
  await sayWhatGoesFirst(engine, runs, output);
  const interrupted = new Promise<void>((resolve) => {
    onInterrupt(resolve, () => process.exit(130));
  });
  const ended = await followRuns({ engine, runs, view: createProgress(output), interrupted });
  // Begun here because their turn had come; they end with this process, checkpointed.
  for (const id of engine.activeRuns())
    output.text(`Run ${id}, asked for earlier, is left paused; go on with: npx convolab resume ${id}`);
  await showResult(engine, ended, output);
  return ended.some(({ status }) => status === 'failed' || status === 'interrupted') ? 1 : 0;
}

/** The queue is one for all engines and keeps its order: whoever waits should know for what. */
async function sayWhatGoesFirst(engine: Engine, runs: readonly string[], output: Output): Promise<void> {
  const entries = await call(engine, 'queue.list', {});
  const place = entries.findIndex(({ run }) => runs.includes(run));
  if (place < 1 || entries[place]?.status !== 'queued') return;
  output.text(
    place === 1
      ? 'Another run was asked for earlier and goes first.'
      : `${place} runs were asked for earlier and go first.`,
  );
}

async function showResult(engine: Engine, runs: readonly RunSummary[], output: Output): Promise<void> {
  for (const { name, error } of runs)
    if (error) output.text(`${name}: ${[error.message, error.hint].join(' ')}`);
  const tested = runs.filter(({ test }) => test !== null);
  if (tested.length > 1) {
    const ids = tested.map(({ id }) => id);
    output.text();
    const comparison = await call(engine, 'runs.compare', { runs: ids });
    output.text(comparisonTable(await completeComparison(engine, comparison)));
  } else {
    for (const run of tested) output.text(`${run.name}: ${verdict(run)}`);
  }
  for (const { id, name, status } of runs) {
    if (status === 'paused') output.text(`${name} is paused; go on with: npx convolab resume ${id}`);
  }
  output.object({ runs: runs.map(resultOf) });
}

function verdict({
  best,
  bestMetric,
  bestEpoch,
  test,
  testCorrect,
  testCount,
  selectedOnTest,
}: RunSummary): string {
  const chosen = selectedOnTest ? ', chosen on the test set' : '';
  const count = `${testCorrect} of ${testCount}`;
  return `best ${bestMetric} ${percent(best)} at epoch ${bestEpoch}${chosen}; test accuracy there ${percent(test)} (${count})`;
}

/** A run as the last line and `runs list` show it; the id first. */
export function resultOf(run: RunSummary) {
  const { id, name, experimentName, status, best, bestMetric, bestEpoch, selectedOnTest } = run;
  const { test, testCorrect, testCount, seed, choices, epoch, epochs, step, seconds, createdAt, error } = run;
  return {
    id,
    name,
    experiment: experimentName,
    status,
    best,
    bestMetric,
    bestEpoch,
    selectedOnTest,
    test,
    testCorrect,
    testCount,
    seed,
    choices,
    epoch,
    epochs,
    step,
    seconds,
    createdAt,
    error,
  };
}
