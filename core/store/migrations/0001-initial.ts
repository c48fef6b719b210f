import type { Migration } from './migration.ts';

/**
 * Runs and experiments have a short integer key inside and a text id outside; points name runs and metrics by key,
 * so that twenty million of them stay small. AUTOINCREMENT: a deleted run's key never comes back.
 * `revision` counts every change that a window would show, so that a reader can ask what changed since it last looked.
 */
export const initial: Migration = {
  name: 'initial',
  sql: `
    CREATE TABLE owners (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      pid INTEGER NOT NULL,
      host TEXT NOT NULL,
      heartbeat INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE experiments (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      config TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE runs (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      experiment INTEGER NOT NULL REFERENCES experiments(key),
      name TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN
        ('queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted')),
      request TEXT CHECK (request IN ('pause', 'stop')),
      position INTEGER,
      owner INTEGER REFERENCES owners(key) ON DELETE SET NULL,
      colour INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      choices TEXT NOT NULL,
      config TEXT NOT NULL,
      environment TEXT NOT NULL,
      backend TEXT NOT NULL,
      device TEXT,
      created_at TEXT NOT NULL,
      started_at TEXT,
      ended_at TEXT,
      epochs INTEGER NOT NULL,
      epoch REAL NOT NULL DEFAULT 0,
      step INTEGER NOT NULL DEFAULT 0,
      seconds REAL NOT NULL DEFAULT 0,
      images_per_second REAL,
      best_metric TEXT NOT NULL,
      best_direction TEXT NOT NULL CHECK (best_direction IN ('max', 'min')),
      selected_on_test INTEGER NOT NULL,
      best REAL,
      best_epoch INTEGER,
      notes TEXT NOT NULL DEFAULT '',
      tags TEXT NOT NULL DEFAULT '[]',
      error TEXT,
      trashed_at TEXT,
      revision INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX runs_by_revision ON runs(revision);
    CREATE INDEX runs_by_experiment ON runs(experiment);
    CREATE INDEX runs_queued ON runs(position) WHERE status = 'queued';

    CREATE TABLE revisions (value INTEGER NOT NULL) STRICT;
    INSERT INTO revisions VALUES (0);
    CREATE TRIGGER runs_made AFTER INSERT ON runs BEGIN
      UPDATE revisions SET value = value + 1;
      UPDATE runs SET revision = (SELECT value FROM revisions) WHERE key = NEW.key;
    END;
    CREATE TRIGGER runs_changed AFTER UPDATE OF
      name, status, request, position, owner, colour, config, device, started_at, ended_at, epochs, epoch, step,
      seconds, images_per_second, best, best_epoch, notes, tags, error, trashed_at
    ON runs BEGIN
      UPDATE revisions SET value = value + 1;
      UPDATE runs SET revision = (SELECT value FROM revisions) WHERE key = NEW.key;
    END;

    CREATE TABLE metrics (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE points (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      metric INTEGER NOT NULL REFERENCES metrics(key),
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      seconds REAL NOT NULL,
      value REAL,
      PRIMARY KEY (run, metric, step)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE latest (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      metric INTEGER NOT NULL REFERENCES metrics(key),
      step INTEGER NOT NULL,
      value REAL,
      PRIMARY KEY (run, metric)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE evaluations (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      split TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      step INTEGER NOT NULL,
      samples INTEGER NOT NULL,
      correct INTEGER NOT NULL,
      metrics TEXT NOT NULL,
      confusion BLOB,
      PRIMARY KEY (run, split, epoch)
    ) STRICT;

    CREATE TABLE checkpoints (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      path TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      created_at TEXT NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      device TEXT NOT NULL,
      share INTEGER NOT NULL CHECK (share > 0),
      run INTEGER REFERENCES runs(key) ON DELETE CASCADE,
      owner INTEGER NOT NULL REFERENCES owners(key) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX leases_by_device ON leases(device);

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
};
