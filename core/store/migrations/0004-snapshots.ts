import type { Migration } from './migration.ts';

/** Files that are kept of single epochs to be looked back at; checkpoints, from which a run goes on, are apart. */
export const snapshots: Migration = {
  name: 'snapshots of epochs',
  sql: `
    CREATE TABLE snapshots (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind IN ('weights', 'predictions', 'health')),
      epoch INTEGER NOT NULL,
      step INTEGER NOT NULL,
      path TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (run, kind, epoch)
    ) STRICT, WITHOUT ROWID;
  `,
};
