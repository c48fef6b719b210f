import type { Migration } from './migration.ts';

/**
 * A long curve in short: each span stands for 64 points that follow each other, and says at which of them its least
 * and its greatest value are, and the first that is not finite. Spans can always be made again from the points.
 */
export const spans: Migration = {
  name: 'spans of long curves',
  sql: `
    CREATE TABLE spans (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      metric INTEGER NOT NULL REFERENCES metrics(key),
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      least_step INTEGER,
      least REAL,
      greatest_step INTEGER,
      greatest REAL,
      broken_step INTEGER,
      PRIMARY KEY (run, metric, first)
    ) STRICT, WITHOUT ROWID;
  `,
};
