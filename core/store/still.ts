import { join } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { Connection } from './connection.ts';

/** A store that nobody can open or change, so that it can be taken elsewhere. */
export interface StillStore {
  /** Writes a copy into a folder; in it, paths that led into the old data folder lead into `home`. */
  copyTo(folder: string, home: string): Promise<void>;
  /** Lets others in again. */
  close(): void;
}

/** Milliseconds that others are waited for: this blocks the engine. */
const patienceMs = 500;

/** Columns that hold paths, as JSON. */
const pathColumns: readonly (readonly [table: string, column: string])[] = [
  ['settings', 'value'],
  ['runs', 'config'],
  ['experiments', 'config'],
];

/**
 * Opens the store of a data folder for oneself alone: its log is written back into its one file, and every other program
 * is kept out until it is closed.
 * @throws `store.busy` where another program has it open; `store.damaged`
 */
export function stillStore(home: string): StillStore {
  const path = join(home, 'convolab.sqlite');
  const connection = new Connection(path);
  try {
    connection.pragma(`busy_timeout = ${patienceMs}`);
    connection.pragma('locking_mode = EXCLUSIVE');
    // Leaving the write-ahead log needs everyone else to be gone, and says so where they are not.
    if (connection.pragma('journal_mode = DELETE') !== 'delete') throw inUse(path);
    connection.execute('BEGIN EXCLUSIVE; COMMIT');
  } catch (thrown) {
    connection.close();
    throw thrown instanceof ConvolabError && thrown.code === 'store.busy' ? inUse(path) : thrown;
  }
  return {
    async copyTo(folder, target) {
      const copy = join(folder, 'convolab.sqlite');
      await connection.copyTo(copy);
      leadPaths(copy, home, target);
    },
    close: () => connection.close(),
  };
}

function leadPaths(store: string, from: string, to: string): void {
  const connection = new Connection(store);
  try {
    connection.transaction(() => {
      for (const [table, column] of pathColumns) {
        connection
          .prepare<[string, string]>(`UPDATE ${table} SET ${column} = replace(${column}, ?, ?)`)
          .run(asInJson(from), asInJson(to));
      }
    });
  } finally {
    connection.close();
  }
}

/** The beginning of a path inside a folder, as JSON writes it. */
const asInJson = (folder: string): string => JSON.stringify(join(folder, 'uploads')).slice(1, -1);

function inUse(path: string): ConvolabError {
  return new ConvolabError('store.busy', `Another program has the store open: ${path}`, {
    subject: path,
    hint: 'Close every other Convolab and command line that works on this data folder, then try again.',
  });
}
