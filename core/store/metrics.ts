import type { MetricPoint } from '../contract/events.ts';
import type { Extremes, Series } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import { downsample } from './downsample.ts';
import type { Runs } from './runs.ts';
import { type Mark, Spans } from './spans.ts';

export interface SeriesOptions {
  /** Points to aim at; every one where there are fewer. */
  readonly maxPoints?: number | undefined;
  /** Range of steps, both ends included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Points written by one statement. */
const rowsAtOnce = 50;

interface PointRow {
  step: number;
  epoch: number;
  seconds: number;
  value: number | null;
}

interface ExtremeRow {
  value: number | null;
  epoch: number | null;
}

/** Curves. A value that is not finite is kept as it is (NaN as NULL) and read as null. */
export class Metrics {
  readonly #connection: Connection;
  readonly #runs: Runs;
  readonly #statements;
  readonly #spans: Spans;
  readonly #names = new Map<string, number>();

  constructor(connection: Connection, runs: Runs) {
    this.#connection = connection;
    this.#runs = runs;
    this.#statements = prepareAll(connection);
    this.#spans = new Spans(connection);
  }

  /** All or nothing; a point given again at the same step replaces the first. Throws `run.unknown`. */
  append(points: readonly MetricPoint[]): void {
    this.#connection.transaction(() => {
      for (const [id, metrics] of bySeries(points)) {
        const run = this.#runs.row(id).key;
        for (const [name, batch] of metrics) {
          const metric = this.#key(name);
          this.#insert(run, metric, batch);
          this.#noteLatest(run, metric, batch);
        }
        this.#statements.touch.run(run);
      }
    });
  }

  /** A curve as drawn: every bucket of points keeps its least and greatest value. Throws `run.unknown`. */
  series(run: string, metric: string, options: SeriesOptions = {}): Series {
    const { from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, maxPoints = 2000 } = options;
    const { key } = this.#runs.row(run);
    const { kept, total } = this.#thin(key, this.#knownKey(metric) ?? -1, from, to, maxPoints);
    return {
      run,
      metric,
      steps: kept.map((row) => row.step),
      epochs: kept.map((row) => row.epoch),
      seconds: kept.map((row) => row.seconds),
      values: kept.map((row) => finiteOrNull(row.value)),
      total,
    };
  }

  #thin(
    run: number,
    metric: number,
    from: number,
    to: number,
    maxPoints: number,
  ): { kept: PointRow[]; total: number } {
    const short = this.#spans.marks(run, metric, from, to, maxPoints / 4);
    if (short === null) {
      const rows = this.#statements.between.all(run, metric, from, to);
      const values = rows.map(({ value }) => value ?? Number.NaN);
      return {
        kept: downsample(values, maxPoints).map((index) => rows[index] as PointRow),
        total: rows.length,
      };
    }
    const { marks, total } = short;
    const values = marks.map(({ value }) => value);
    const kept = downsample(values, maxPoints).map(
      (index) => this.#statements.point.get(run, metric, (marks[index] as Mark).step) as PointRow,
    );
    return { kept, total };
  }

  /** What a curve says at the end of every whole epoch, by epoch; null where it is not finite. Throws `run.unknown`. */
  epochEnds(
    run: string,
    metric: string,
  ): Map<number, { step: number; seconds: number; value: number | null }> {
    const { key } = this.#runs.row(run);
    const rows = this.#statements.epochEnds.all(key, this.#knownKey(metric) ?? -1);
    return new Map(
      rows.map(({ epoch, step, seconds, value }) => [epoch, { step, seconds, value: finiteOrNull(value) }]),
    );
  }

  /** The least and the greatest finite value of a curve, each with its epoch. Throws `run.unknown`. */
  extremes(run: string, metric: string): Omit<Extremes, 'run'> {
    const { key } = this.#runs.row(run);
    const known = this.#knownKey(metric) ?? -1;
    // Without a value, SQLite still gives the row of an aggregate.
    const found = ({ value, epoch } = { value: null, epoch: null } as ExtremeRow) =>
      value === null || epoch === null ? null : { value, epoch };
    return {
      least: found(this.#statements.least.get(key, known)),
      most: found(this.#statements.most.get(key, known)),
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
    this.#spans.noteRemoved(key, step);
    this.#statements.removeLatest.run(key);
    this.#statements.refillLatest.run(key);
    this.#statements.restartStretch.run(key);
  }

  /** Many at a time: what a statement costs beside its rows is most of what one row costs. */
  #insert(run: number, metric: number, batch: readonly MetricPoint[]): void {
    const whole = batch.length - (batch.length % rowsAtOnce);
    for (let start = 0; start < whole; start += rowsAtOnce) {
      const values: (number | null)[] = [];
      for (let index = start; index < start + rowsAtOnce; index++) {
        const { step, epoch, seconds, value } = batch[index] as MetricPoint;
        values.push(run, metric, step, epoch, seconds, value);
      }
      this.#statements.insertMany.run(...values);
    }
    for (const { step, epoch, seconds, value } of batch.slice(whole)) {
      this.#statements.insert.run(run, metric, step, epoch, seconds, value);
    }
  }

  /** The newest point of a series, and what is new for its short form. */
  #noteLatest(run: number, metric: number, batch: readonly MetricPoint[]): void {
    const newest = batch.reduce((one, other) => (other.step >= one.step ? other : one));
    const before = this.#statements.latestStep.get(run, metric)?.step ?? -1;
    const oldest = Math.min(...batch.map(({ step }) => step));
    this.#spans.noteWritten(run, metric, batch.length, oldest <= before ? oldest : null);
    this.#statements.setLatest.run(run, metric, newest.step, newest.value);
  }

  #key(metric: string): number {
    const known = this.#knownKey(metric);
    if (known !== undefined) return known;
    this.#statements.addName.run(metric);
    return this.#knownKey(metric) as number;
  }

  #knownKey(metric: string): number | undefined {
    const key = this.#names.get(metric) ?? this.#statements.nameKey.get(metric)?.key;
    if (key !== undefined) this.#names.set(metric, key);
    return key;
  }
}

/** By run, then by metric, each in the order given. */
function bySeries(points: readonly MetricPoint[]): Map<string, Map<string, MetricPoint[]>> {
  const runs = new Map<string, Map<string, MetricPoint[]>>();
  for (const point of points) {
    const metrics = getOrMake(runs, point.run, () => new Map<string, MetricPoint[]>());
    getOrMake(metrics, point.metric, () => [] as MetricPoint[]).push(point);
  }
  return runs;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** SQLite takes the bare column beside a lone min() or max() from a row that has it. */
function extremeBy(aggregate: 'min' | 'max'): string {
  return `SELECT ${aggregate}(value) AS value, epoch FROM points
    WHERE run = ? AND metric = ? AND abs(value) <= ${Number.MAX_VALUE}`;
}

function prepareAll(connection: Connection) {
  return {
    addName: connection.prepare<[string]>('INSERT OR IGNORE INTO metrics (name) VALUES (?)'),
    nameKey: connection.prepare<[string], { key: number }>('SELECT key FROM metrics WHERE name = ?'),
    insert: connection.prepare<[number, number, number, number, number, number | null]>(
      'INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)',
    ),
    insertMany: connection.prepare<(number | null)[]>(
      `INSERT OR REPLACE INTO points VALUES ${Array(rowsAtOnce).fill('(?, ?, ?, ?, ?, ?)').join(', ')}`,
    ),
    setLatest: connection.prepare<[number, number, number, number | null]>(`
      INSERT INTO latest VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET step = excluded.step, value = excluded.value WHERE excluded.step >= step`),
    // Its last values are new, and so is its revision: a trigger fires on the assignment alone.
    touch: connection.prepare<[number]>('UPDATE runs SET step = step WHERE key = ?'),
    range: connection.prepare<[number, string, number, number], PointRow>(`
      SELECT step, epoch, seconds, value FROM points
      WHERE run = ? AND metric = (SELECT key FROM metrics WHERE name = ?) AND step BETWEEN ? AND ? ORDER BY step`),
    between: connection.prepare<[number, number, number, number], PointRow>(`
      SELECT step, epoch, seconds, value FROM points
      WHERE run = ? AND metric = ? AND step BETWEEN ? AND ? ORDER BY step`),
    point: connection.prepare<[number, number, number], PointRow>(
      'SELECT step, epoch, seconds, value FROM points WHERE run = ? AND metric = ? AND step = ?',
    ),
    epochEnds: connection.prepare<[number, number], PointRow>(`
      SELECT step, epoch, seconds, value FROM points
      WHERE run = ? AND metric = ? AND epoch = CAST(epoch AS INTEGER) ORDER BY step`),
    latestStep: connection.prepare<[number, number], { step: number }>(
      'SELECT step FROM latest WHERE run = ? AND metric = ?',
    ),
    firstReaching: connection.prepare<
      [{ run: number; metric: string; sign: number; value: number }],
      { epoch: number; seconds: number }
    >(`
      SELECT epoch, seconds FROM points
      WHERE run = @run AND metric = (SELECT key FROM metrics WHERE name = @metric) AND @sign * value >= @value
      ORDER BY step LIMIT 1`),
    least: connection.prepare<[number, number], ExtremeRow>(extremeBy('min')),
    most: connection.prepare<[number, number], ExtremeRow>(extremeBy('max')),
    names: connection.prepare<[number], { name: string }>(
      'SELECT name FROM latest JOIN metrics ON metrics.key = latest.metric WHERE run = ? ORDER BY name',
    ),
    removeAfter: connection.prepare<[number, number]>('DELETE FROM points WHERE run = ? AND step > ?'),
    removeLatest: connection.prepare<[number]>('DELETE FROM latest WHERE run = ?'),
    // SQLite takes the bare columns of a max() from the row that has it.
    // The stretch under way began with what is left, not with what was trained and lost.
    restartStretch: connection.prepare<[number]>(`
      UPDATE runs SET stretches = json_replace(stretches, '$[#-1][0]',
        coalesce((SELECT max(seconds) FROM points WHERE run = runs.key), 0)) WHERE key = ?`),
    refillLatest: connection.prepare<[number]>(`
      INSERT INTO latest SELECT run, metric, step, value FROM
        (SELECT run, metric, max(step) AS step, value FROM points WHERE run = ? GROUP BY metric)`),
  };
}
