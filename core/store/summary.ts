import type { ErrorJson } from '../contract/errors.ts';
import type { RunStatus, RunSummary } from '../contract/runs.ts';
import { isGone } from './owners.ts';

/** A run's row, with what its summary takes from other tables. */
export interface RunRow {
  key: number;
  id: string;
  experiment_id: string;
  experiment_name: string;
  name: string;
  status: RunStatus;
  request: 'pause' | 'stop' | null;
  owner: number | null;
  pid: number | null;
  host: string | null;
  heartbeat: number | null;
  colour: number;
  seed: number;
  choices: string;
  device: string | null;
  backend: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  stretches: string;
  epochs: number;
  epoch: number;
  step: number;
  seconds: number;
  images_per_second: number | null;
  best_metric: string;
  best_direction: 'max' | 'min';
  selected_on_test: number;
  best: number | null;
  best_epoch: number | null;
  checkpoint_epoch: number | null;
  test_metrics: string | null;
  test_correct: number | null;
  test_count: number | null;
  notes: string;
  tags: string;
  error: string | null;
  ending: string | null;
  trashed_at: string | null;
}

/** Everything of a run but its configuration and environment; `WHERE` goes behind it. */
export const selectRuns = `
  SELECT runs.key, runs.id, runs.name, status, request, owner, pid, host, heartbeat, colour, seed, choices, device,
    backend, runs.created_at, started_at, ended_at, stretches, epochs, runs.epoch, runs.step, seconds, images_per_second,
    best_metric, best_direction, selected_on_test, best, best_epoch, notes, tags, error, ending, trashed_at,
    (SELECT max(epoch) FROM checkpoints WHERE checkpoints.run = runs.key) AS checkpoint_epoch,
    experiments.id AS experiment_id, experiments.name AS experiment_name,
    evaluations.metrics AS test_metrics, evaluations.correct AS test_correct, evaluations.samples AS test_count
  FROM runs
  JOIN experiments ON experiments.key = runs.experiment
  LEFT JOIN owners ON owners.key = runs.owner
  LEFT JOIN evaluations ON evaluations.run = runs.key AND evaluations.split = 'test'
    AND evaluations.epoch = runs.best_epoch`;

/** The row's status, except that a run whose owner is gone is interrupted whatever the row still says. */
export function effectiveStatus(row: RunRow): RunStatus {
  if (row.status !== 'running') return row.status;
  if (row.pid === null || row.host === null || row.heartbeat === null) return 'interrupted';
  return isGone({ pid: row.pid, host: row.host, heartbeat: row.heartbeat }) ? 'interrupted' : 'running';
}

export function toSummary(row: RunRow, last: Readonly<Record<string, number>>): RunSummary {
  const status = effectiveStatus(row);
  const test =
    row.test_metrics === null ? null : (JSON.parse(row.test_metrics) as Record<string, number | null>);
  return {
    id: row.id,
    experimentId: row.experiment_id,
    experimentName: row.experiment_name,
    name: row.name,
    status,
    colour: row.colour,
    seed: row.seed,
    choices: JSON.parse(row.choices) as Record<string, unknown>,
    device: row.device,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    stretches: JSON.parse(row.stretches) as [number, number][],
    epoch: row.epoch,
    epochs: row.epochs,
    step: row.step,
    seconds: row.seconds,
    imagesPerSecond: row.images_per_second,
    etaSeconds: status === 'running' ? remaining(row) : null,
    best: row.best,
    bestMetric: row.best_metric,
    bestEpoch: row.best_epoch,
    checkpointEpoch: row.checkpoint_epoch,
    selectedOnTest: row.selected_on_test === 1,
    test: test?.accuracy ?? null,
    testCorrect: row.test_correct,
    testCount: row.test_count,
    last: { ...last },
    notes: row.notes,
    tags: JSON.parse(row.tags) as string[],
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorJson),
    ending: row.ending,
    trashed: row.trashed_at !== null,
  };
}

/** Seconds left at the pace so far. */
function remaining(row: RunRow): number | null {
  return row.epoch > 0 ? (row.seconds / row.epoch) * Math.max(0, row.epochs - row.epoch) : null;
}
