import type { SnapshotKind } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import type { Runs } from './runs.ts';

/** A file that is kept of one epoch; it is complete and on disk, and recorded only then. */
export interface Snapshot {
  readonly kind: SnapshotKind;
  /** Finished epochs. */
  readonly epoch: number;
  readonly step: number;
  /** Relative to the home folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export class Snapshots {
  readonly #runs: Runs;
  readonly #insert;
  readonly #list;
  readonly #find;
  readonly #thinned;
  readonly #thin;
  readonly #remove;
  readonly #removeAfter;
  readonly #removeAll;

  constructor(connection: Connection, runs: Runs) {
    this.#runs = runs;
    const columns = 'kind, epoch, step, path, bytes, sha256';
    this.#insert = connection.prepare<[number, string, number, number, string, number, string]>(
      'INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#list = connection.prepare<[number], Snapshot>(
      `SELECT ${columns} FROM snapshots WHERE run = ? ORDER BY kind, epoch`,
    );
    this.#find = connection.prepare<[number, string, number], Snapshot>(
      `SELECT ${columns} FROM snapshots WHERE run = ? AND kind = ? AND epoch = ?`,
    );
    this.#thinned = connection.prepare<[number, string, number], Snapshot>(
      `SELECT ${columns} FROM snapshots WHERE run = ? AND kind = ? AND epoch % ? <> 0`,
    );
    this.#thin = connection.prepare<[number, string, number]>(
      'DELETE FROM snapshots WHERE run = ? AND kind = ? AND epoch % ? <> 0',
    );
    this.#remove = connection.prepare<[number, string, number]>(
      'DELETE FROM snapshots WHERE run = ? AND kind = ? AND epoch = ?',
    );
    this.#removeAfter = connection.prepare<[number, number]>(
      'DELETE FROM snapshots WHERE run = ? AND step > ?',
    );
    this.#removeAll = connection.prepare<[number]>('DELETE FROM snapshots WHERE run = ?');
  }

  /** Records a file that is synced and in place. Throws `run.unknown`. */
  record(run: string, { kind, epoch, step, path, bytes, sha256 }: Snapshot): void {
    this.#insert.run(this.#runs.row(run).key, kind, epoch, step, path, bytes, sha256);
  }

  /** By kind, then by epoch. Throws `run.unknown`. */
  list(run: string): Snapshot[] {
    return this.#list.all(this.#runs.row(run).key);
  }

  /** Throws `run.unknown`. */
  find(run: string, kind: SnapshotKind, epoch: number): Snapshot | undefined {
    return this.#find.get(this.#runs.row(run).key, kind, epoch);
  }

  /** Forgets those of a kind whose epoch is no multiple of `every`, and returns them; the files are the caller's. */
  thin(run: string, kind: SnapshotKind, every: number): Snapshot[] {
    const { key } = this.#runs.row(run);
    const dropped = this.#thinned.all(key, kind, every);
    if (dropped.length > 0) this.#thin.run(key, kind, every);
    return dropped;
  }

  /** Forgets one; the file is the caller's. */
  remove(run: string, kind: SnapshotKind, epoch: number): void {
    this.#remove.run(this.#runs.row(run).key, kind, epoch);
  }

  /** Forgets what came after a step; for `Store.rewind`. Going on writes the same files again. */
  removeAfter(run: string, step: number): void {
    this.#removeAfter.run(this.#runs.row(run).key, step);
  }

  /** Forgets all of a run, and returns them; the files are the caller's. */
  removeAll(run: string): Snapshot[] {
    const all = this.list(run);
    this.#removeAll.run(this.#runs.row(run).key);
    return all;
  }
}
