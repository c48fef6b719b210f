import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newRun } from '../../core/engine/new-run.ts';
import { Pool } from '../../core/pool/pool.ts';
import { openStore, type Store } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { temporaryFolder } from '../support/project.ts';
import { tinyExperiment } from '../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
let store: Store;
let pool: Pool;
let other: Database.Database;

beforeEach(() => {
  home = temporaryFolder();
  store = openStore(home.path);
  pool = new Pool({ store, changed: () => undefined });
  other = new Database(join(home.path, 'convolab.sqlite'));
});

afterEach(async () => {
  other.close();
  await pool.close();
  store.close();
  home[Symbol.dispose]();
});

function queue(): string {
  const config = tinyExperiment({ backend: 'cpu' });
  const runs = expandExperiment(parseExperiment({ config })).map(newRun);
  const [run = ''] = store.runs.create(store.experiments.create(config.name, config), runs);
  return run;
}

/** Another program keeps the store for itself. */
const keep = () => other.exec('BEGIN IMMEDIATE');
const release = () => other.exec('ROLLBACK');

describe('a store that another program keeps for itself ends no engine', () => {
  test('what waits is begun once it is free', () => {
    const run = queue();
    keep();
    // Waits for ten seconds, as every writer does.
    pool.look();
    expect(store.runs.get(run).status).toBe('queued');
    release();
    pool.look();
    expect(store.runs.get(run).status).toBe('running');
  });

  test('a run that was claimed and could not begin is told of once it is free, and can be resumed', () => {
    const run = queue();
    const setup = store.runs.setup.bind(store.runs);
    // The one moment between the claim and the first write of the run.
    vi.spyOn(store.runs, 'setup').mockImplementationOnce((id) => {
      keep();
      return setup(id);
    });
    pool.look();
    expect(store.runs.get(run).status).toBe('running');
    release();
    pool.look();
    expect(store.runs.get(run)).toMatchObject({ status: 'failed', error: { code: 'store.busy' } });
    store.runs.transition(run, 'queued');
    pool.look();
    expect(store.runs.get(run).status).toBe('running');
  });
});
