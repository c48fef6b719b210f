import type { Connection } from './connection.ts';
import type { Metrics } from './metrics.ts';
import type { Runs } from './runs.ts';

/** What came of looking at a split with the weights of one moment. */
export interface Evaluation {
  readonly split: string;
  /** Finished epochs. */
  readonly epoch: number;
  readonly step: number;
  /** Training seconds so far. */
  readonly seconds: number;
  readonly samples: number;
  readonly correct: number;
  /** `loss`, `accuracy`, ...; logged as `<split>/<name>`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Rows true, columns predicted, [classes, classes] counts. */
  readonly confusion?: Uint32Array;
}

export interface StoredConfusion {
  readonly split: string;
  readonly epoch: number;
  readonly counts: number[][];
}

interface ConfusionRow {
  split: string;
  epoch: number;
  confusion: Buffer;
}

/** Evaluations per split and epoch, and by them what is best of a run. */
export class Evaluations {
  readonly #connection: Connection;
  readonly #runs: Runs;
  readonly #metrics: Metrics;
  readonly #insert;
  readonly #values;
  readonly #confusion;
  readonly #splits;
  readonly #setBest;
  readonly #removeAfter;

  constructor(connection: Connection, runs: Runs, metrics: Metrics) {
    this.#connection = connection;
    this.#runs = runs;
    this.#metrics = metrics;
    this.#insert = connection.prepare<
      [number, string, number, number, number, number, string, Uint8Array | null]
    >('INSERT OR REPLACE INTO evaluations VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#values = connection.prepare<[number, string], { epoch: number; metrics: string }>(
      'SELECT epoch, metrics FROM evaluations WHERE run = ? AND split = ? ORDER BY epoch',
    );
    // The test set's matrix where there is one: looking is not choosing.
    this.#confusion = connection.prepare<
      { run: number; epoch: number | null; split: string | null }[],
      ConfusionRow
    >(`
      SELECT split, epoch, confusion FROM evaluations
      WHERE run = @run AND confusion IS NOT NULL AND (@epoch IS NULL OR epoch = @epoch)
        AND (@split IS NULL OR split = @split)
      ORDER BY split = 'test' DESC, split = 'validation' DESC, epoch DESC LIMIT 1`);
    this.#splits = connection.prepare<[number], { split: string }>(
      'SELECT DISTINCT split FROM evaluations WHERE run = ? ORDER BY split',
    );
    this.#setBest = connection.prepare<[number | null, number | null, number]>(
      'UPDATE runs SET best = ?, best_epoch = ? WHERE key = ?',
    );
    this.#removeAfter = connection.prepare<[number, number]>(
      'DELETE FROM evaluations WHERE run = ? AND step > ?',
    );
  }

  /** Records an evaluation and its points, and the run's best where this changes it. Throws `run.unknown`. */
  record(run: string, evaluation: Evaluation): void {
    const { split, epoch, step, seconds, samples, correct, metrics, confusion } = evaluation;
    this.#connection.transaction(() => {
      const { key } = this.#runs.row(run);
      const bytes = confusion && new Uint8Array(confusion.buffer, confusion.byteOffset, confusion.byteLength);
      this.#insert.run(key, split, epoch, step, samples, correct, JSON.stringify(metrics), bytes ?? null);
      this.#metrics.append(
        Object.entries(metrics).map(([name, value]) => ({
          run,
          metric: `${split}/${name}`,
          step,
          epoch,
          seconds,
          value,
        })),
      );
      this.#updateBest(run);
    });
  }

  /** Forgets what came after a step; for `Store.rewind`. */
  removeAfter(run: string, step: number): void {
    this.#removeAfter.run(this.#runs.row(run).key, step);
    this.#updateBest(run);
  }

  /** The matrix of an epoch, by default of the last that has one, and of the test split. Throws `run.unknown`. */
  confusion(run: string, epoch?: number, split?: string): StoredConfusion | undefined {
    const { key } = this.#runs.row(run);
    const row = this.#confusion.get({ run: key, epoch: epoch ?? null, split: split ?? null });
    return row && { split: row.split, epoch: row.epoch, counts: unpackSquare(row.confusion) };
  }

  /** Names of the splits that a run was judged on. Throws `run.unknown`. */
  splits(run: string): string[] {
    return this.#splits.all(this.#runs.row(run).key).map(({ split }) => split);
  }

  /** The first epoch with the best finite value of the run's metric. */
  #updateBest(run: string): void {
    const row = this.#runs.row(run);
    const slash = row.best_metric.indexOf('/');
    const name = row.best_metric.slice(slash + 1);
    const sign = row.best_direction === 'max' ? 1 : -1;
    let best: number | null = null;
    let epoch: number | null = null;
    for (const candidate of this.#values.all(row.key, row.best_metric.slice(0, slash))) {
      const value = (JSON.parse(candidate.metrics) as Record<string, number | null>)[name];
      if (value === null || value === undefined || (best !== null && sign * value <= sign * best)) continue;
      best = value;
      epoch = candidate.epoch;
    }
    if (best !== row.best || epoch !== row.best_epoch) this.#setBest.run(best, epoch, row.key);
  }
}

/** [classes * classes] 32-bit counts to rows. */
function unpackSquare(bytes: Buffer): number[][] {
  const classes = Math.sqrt(bytes.byteLength / 4);
  return Array.from({ length: classes }, (_, row) =>
    Array.from({ length: classes }, (_, column) => bytes.readUInt32LE(4 * (row * classes + column))),
  );
}
