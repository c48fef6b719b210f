import type { Connection } from './connection.ts';
import type { RunRequest } from './runs.ts';
import { type RunRow, selectRuns } from './summary.ts';

export interface SetupRow {
  config: string;
  environment: string;
}

export interface ConfigRow {
  id: string;
  config: string;
}

/** Last value of one metric of a run. */
export interface LastRow {
  run: number;
  name: string;
  value: number | null;
}

interface InsertParameters {
  id: string;
  experimentId: string;
  name: string;
  seed: number;
  choices: string;
  config: string;
  environment: string;
  backend: string;
  epochs: number;
  metric: string;
  direction: string;
  onTest: number;
  createdAt: string;
  colours: number;
}

interface TransitionParameters {
  id: string;
  to: string;
  queued: number;
  endedAt: string | null;
  error: string | null;
}

const nextPosition = `(SELECT coalesce(max(position), -1) + 1 FROM runs WHERE status = 'queued')`;
const selectLast = 'SELECT run, name, value FROM latest JOIN metrics ON metrics.key = latest.metric';

/** Every statement on the table of runs, prepared once. */
export function prepareRuns(connection: Connection) {
  return {
    insert: connection.prepare<[InsertParameters]>(`
      INSERT INTO runs (id, experiment, name, status, position, colour, seed, choices, config, environment, backend,
        epochs, best_metric, best_direction, selected_on_test, created_at)
      VALUES (@id, (SELECT key FROM experiments WHERE id = @experimentId), @name, 'queued', ${nextPosition},
        coalesce((SELECT (colour + 1) % @colours FROM runs ORDER BY key DESC LIMIT 1), 0), @seed, @choices, @config,
        @environment, @backend, @epochs, @metric, @direction, @onTest, @createdAt)`),
    get: connection.prepare<[string], RunRow>(`${selectRuns} WHERE runs.id = ?`),
    list: connection.prepare<[number], RunRow>(
      `${selectRuns} WHERE (trashed_at IS NOT NULL) = ? ORDER BY runs.key`,
    ),
    changed: connection.prepare<[number], RunRow>(`${selectRuns} WHERE revision > ? ORDER BY runs.key`),
    ids: connection.prepare<[], { id: string }>('SELECT id FROM runs ORDER BY key'),
    revision: connection.prepare<[], { value: number }>('SELECT value FROM revisions'),
    setup: connection.prepare<[number], SetupRow>('SELECT config, environment FROM runs WHERE key = ?'),
    configs: connection.prepare<[], ConfigRow>(
      'SELECT id, config FROM runs WHERE trashed_at IS NULL ORDER BY key',
    ),
    configsOf: connection.prepare<[string], ConfigRow>(
      'SELECT id, config FROM runs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY key',
    ),
    setEnvironment: connection.prepare<[string, string]>('UPDATE runs SET environment = ? WHERE id = ?'),
    setEnding: connection.prepare<[string | null, string]>('UPDATE runs SET ending = ? WHERE id = ?'),
    move: connection.prepare<[string, string]>('UPDATE runs SET backend = ? WHERE id = ?'),
    extend: connection.prepare<[number, string, string]>(
      'UPDATE runs SET epochs = ?, config = ? WHERE id = ?',
    ),
    last: connection.prepare<[], LastRow>(selectLast),
    lastOf: connection.prepare<[number], LastRow>(`${selectLast} WHERE run = ?`),
    transition: connection.prepare<[TransitionParameters]>(`
      UPDATE runs SET status = @to, request = NULL, owner = NULL, error = @error, ended_at = @endedAt,
        position = iif(@queued, ${nextPosition}, NULL) WHERE id = @id`),
    progress: connection.prepare<[number, number, number, number | null, string, number]>(`
      UPDATE runs SET epoch = ?, step = ?, seconds = ?, images_per_second = ? WHERE id = ? AND owner = ?`),
    request: connection.prepare<[string, string]>('UPDATE runs SET request = ? WHERE id = ?'),
    requests: connection.prepare<[number], { run: string; request: RunRequest }>(
      'SELECT id AS run, request FROM runs WHERE owner = ? AND request IS NOT NULL',
    ),
    owned: connection.prepare<[number], { id: string }>(
      `SELECT id FROM runs WHERE owner = ? AND status = 'running'`,
    ),
    dropOwner: connection.prepare<[number]>('DELETE FROM owners WHERE key = ?'),
    abandoned: connection.prepare<[], { id: string }>(
      `SELECT id FROM runs WHERE status = 'running' AND owner IS NULL`,
    ),
    interrupt: connection.prepare<[string, string]>(
      `UPDATE runs SET status = 'interrupted', request = NULL, ended_at = ? WHERE id = ?`,
    ),
    annotate: connection.prepare<[string | null, string | null, string | null, number | null, string]>(`
      UPDATE runs SET name = coalesce(?, name), notes = coalesce(?, notes), tags = coalesce(?, tags),
        colour = coalesce(?, colour) WHERE id = ?`),
    trash: connection.prepare<[string | null, string]>('UPDATE runs SET trashed_at = ? WHERE id = ?'),
    delete: connection.prepare<[string]>('DELETE FROM runs WHERE id = ?'),
  };
}
