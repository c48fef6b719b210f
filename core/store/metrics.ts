import type { MetricPoint } from '../contract/events.ts';
import type { Series } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import { downsample } from './downsample.ts';
import type { Runs } from './runs.ts';

export interface SeriesOptions {
  /** Points to aim at; every one where there are fewer. */
  readonly maxPoints?: number | undefined;
  /** Range of steps, both ends included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

interface PointRow {
  step: number;
  epoch: number;
  seconds: number;
  value: number | null;
}

/** Curves. A value that is not finite is kept as it is (NaN as NULL) and read as null. */
export class Metrics {
  readonly #connection: Connection;
  readonly #runs: Runs;
  readonly #statements;
  readonly #names = new Map<string, number>();

  constructor(connection: Connection, runs: Runs) {
    this.#connection = connection;
    this.#runs = runs;
    this.#statements = prepareAll(connection);
  }

  /** All or nothing; a point given again at the same step replaces the first. Throws `run.unknown`. */
  append(points: readonly MetricPoint[]): void {
    this.#connection.transaction(() => {
      const latest = new Map<string, MetricPoint>();
      const keys = new Map<string, number>();
      for (const point of points) {
        const run = keys.get(point.run) ?? this.#runs.row(point.run).key;
        keys.set(point.run, run);
        const { step, epoch, seconds, value } = point;
        this.#statements.insert.run(run, this.#key(point.metric), step, epoch, seconds, value);
        const series = `${run} ${point.metric}`;
        if (step >= (latest.get(series)?.step ?? 0)) latest.set(series, point);
      }
      for (const point of latest.values()) {
        const run = keys.get(point.run) as number;
        this.#statements.setLatest.run(run, this.#key(point.metric), point.step, point.value);
      }
      for (const run of keys.values()) this.#statements.touch.run(run);
    });
  }

  /** A curve as drawn: every bucket of points keeps its least and greatest value. Throws `run.unknown`. */
  series(run: string, metric: string, options: SeriesOptions = {}): Series {
    const { from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, maxPoints = 2000 } = options;
    const rows = this.#statements.range.all(this.#runs.row(run).key, metric, from, to);
    const kept = downsample(
      rows.map((row) => row.value ?? Number.NaN),
      maxPoints,
    ).map((index) => rows[index] as PointRow);
    return {
      run,
      metric,
      steps: kept.map((row) => row.step),
      epochs: kept.map((row) => row.epoch),
      seconds: kept.map((row) => row.seconds),
      values: kept.map((row) => finiteOrNull(row.value)),
      total: rows.length,
    };
  }

  /** Metrics of which a run has points, by name. Throws `run.unknown`. */
  names(run: string): string[] {
    return this.#statements.names.all(this.#runs.row(run).key).map(({ name }) => name);
  }

  /** Every point of a run after a step, metric by metric; -1 for all. Throws `run.unknown`. */
  after(run: string, step: number): MetricPoint[] {
    const { key } = this.#runs.row(run);
    return this.names(run).flatMap((metric) =>
      this.#statements.range
        .all(key, metric, step + 1, Number.MAX_SAFE_INTEGER)
        .map((row) => ({ ...row, run, metric, value: finiteOrNull(row.value) })),
    );
  }

  /**
   * When a curve first came to a value: at least it, or for a loss at most it; null where it never did.
   * @throws `run.unknown`
   */
  firstReaching(run: string, metric: string, value: number): { epoch: number; seconds: number } | null {
    const sign = metric.endsWith('/loss') ? -1 : 1;
    const { key } = this.#runs.row(run);
    return this.#statements.firstReaching.get({ run: key, metric, sign, value: sign * value }) ?? null;
  }

  /** Forgets what came after a step; for `Store.rewind`. */
  removeAfter(run: string, step: number): void {
    const { key } = this.#runs.row(run);
    this.#statements.removeAfter.run(key, step);
    this.#statements.removeLatest.run(key);
    this.#statements.refillLatest.run(key);
  }

  #key(metric: string): number {
    const known = this.#names.get(metric);
    if (known !== undefined) return known;
    this.#statements.addName.run(metric);
    const { key } = this.#statements.nameKey.get(metric) as { key: number };
    this.#names.set(metric, key);
    return key;
  }
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function prepareAll(connection: Connection) {
  return {
    addName: connection.prepare<[string]>('INSERT OR IGNORE INTO metrics (name) VALUES (?)'),
    nameKey: connection.prepare<[string], { key: number }>('SELECT key FROM metrics WHERE name = ?'),
    insert: connection.prepare<[number, number, number, number, number, number | null]>(
      'INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)',
    ),
    setLatest: connection.prepare<[number, number, number, number | null]>(`
      INSERT INTO latest VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET step = excluded.step, value = excluded.value WHERE excluded.step >= step`),
    // Its last values are new, and so is its revision: a trigger fires on the assignment alone.
    touch: connection.prepare<[number]>('UPDATE runs SET step = step WHERE key = ?'),
    range: connection.prepare<[number, string, number, number], PointRow>(`
      SELECT step, epoch, seconds, value FROM points
      WHERE run = ? AND metric = (SELECT key FROM metrics WHERE name = ?) AND step BETWEEN ? AND ? ORDER BY step`),
    firstReaching: connection.prepare<
      [{ run: number; metric: string; sign: number; value: number }],
      { epoch: number; seconds: number }
    >(`
      SELECT epoch, seconds FROM points
      WHERE run = @run AND metric = (SELECT key FROM metrics WHERE name = @metric) AND @sign * value >= @value
      ORDER BY step LIMIT 1`),
    names: connection.prepare<[number], { name: string }>(
      'SELECT name FROM latest JOIN metrics ON metrics.key = latest.metric WHERE run = ? ORDER BY name',
    ),
    removeAfter: connection.prepare<[number, number]>('DELETE FROM points WHERE run = ? AND step > ?'),
    removeLatest: connection.prepare<[number]>('DELETE FROM latest WHERE run = ?'),
    // SQLite takes the bare columns of a max() from the row that has it.
    refillLatest: connection.prepare<[number]>(`
      INSERT INTO latest SELECT run, metric, step, value FROM
        (SELECT run, metric, max(step) AS step, value FROM points WHERE run = ? GROUP BY metric)`),
  };
}
