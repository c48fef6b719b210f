import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { newRun } from '../../core/engine/new-run.ts';
import { Pool } from '../../core/pool/pool.ts';
import { openStore } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { temporaryFolder } from '../support/project.ts';
import { tinyExperiment } from '../support/training.ts';

test('a store that another program keeps for itself ends no engine: what waits is begun once it is free', async () => {
  using home = temporaryFolder();
  const store = openStore(home.path);
  const pool = new Pool({ store, changed: () => undefined });
  try {
    const config = tinyExperiment({ backend: 'cpu' });
    const runs = expandExperiment(parseExperiment({ config })).map(newRun);
    const [run = ''] = store.runs.create(store.experiments.create(config.name, config), runs);
    const other = new Database(join(home.path, 'convolab.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    // Waits for ten seconds, as every writer does.
    pool.look();
    expect(store.runs.get(run).status).toBe('queued');
    other.close();
    pool.look();
    expect(store.runs.get(run).status).toBe('running');
  } finally {
    await pool.close();
    store.close();
  }
});
