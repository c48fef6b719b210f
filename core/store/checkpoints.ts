import { ConvolabError } from '../contract/errors.ts';
import type { Connection } from './connection.ts';
import type { Runs } from './runs.ts';

/** A checkpoint file that is complete and on disk: recorded only then. */
export interface Checkpoint {
  /** Finished epochs. */
  readonly epoch: number;
  /** Steps made; several checkpoints of one epoch differ in it (a pause in the middle). */
  readonly step: number;
  /** Relative to the home folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** `best`, `last`, or the number of finished epochs. */
export type CheckpointChoice = 'best' | 'last' | number;

export interface StoredCheckpoint extends Checkpoint {
  readonly best: boolean;
  readonly last: boolean;
}

export class Checkpoints {
  readonly #runs: Runs;
  readonly #insert;
  readonly #list;
  readonly #remove;

  constructor(connection: Connection, runs: Runs) {
    this.#runs = runs;
    this.#insert = connection.prepare<[number, number, number, string, number, string, string]>(
      'INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#list = connection.prepare<[number], Checkpoint>(
      'SELECT epoch, step, path, bytes, sha256 FROM checkpoints WHERE run = ? ORDER BY step',
    );
    this.#remove = connection.prepare<[number, number]>('DELETE FROM checkpoints WHERE run = ? AND step = ?');
  }

  /** Records a file that is synced and in place. Throws `run.unknown`. */
  record(run: string, checkpoint: Checkpoint): void {
    const { key } = this.#runs.row(run);
    const { step, epoch, path, bytes, sha256 } = checkpoint;
    this.#insert.run(key, step, epoch, path, bytes, sha256, new Date().toISOString());
  }

  /** Oldest first, the best and the last marked. Throws `run.unknown`. */
  list(run: string): StoredCheckpoint[] {
    const { key, best_epoch } = this.#runs.row(run);
    const rows = this.#list.all(key);
    const best = rows.find((row) => row.epoch === best_epoch);
    return rows.map((row) => ({ ...row, best: row === best, last: row === rows.at(-1) }));
  }

  /**
   * The one asked for; of several of one epoch the first, which is the one written at its end.
   * @throws `run.unknown`; `argument.invalid`, naming those there are
   */
  find(run: string, choice: CheckpointChoice): StoredCheckpoint {
    const all = this.list(run);
    const found = all.find((row) => (typeof choice === 'string' ? row[choice] : row.epoch === choice));
    if (found) return found;
    const epochs = all.map((row) => row.epoch).join(', ');
    const what = typeof choice === 'string' ? `no ${choice} checkpoint` : `no checkpoint of epoch ${choice}`;
    throw new ConvolabError('argument.invalid', `Run ${run} has ${what}.`, {
      subject: run,
      hint: epochs ? `It has those of epochs ${epochs}.` : 'It has not been trained long enough to have any.',
    });
  }

  /** Forgets one, by its step; the file is the caller's. */
  remove(run: string, step: number): void {
    this.#remove.run(this.#runs.row(run).key, step);
  }
}
