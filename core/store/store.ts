import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { makeFolders } from '../export/folders.ts';
import { Checkpoints } from './checkpoints.ts';
import { Connection, unwritableHint } from './connection.ts';
import { Evaluations } from './evaluations.ts';
import { Experiments } from './experiments.ts';
import { Leases } from './leases.ts';
import { Metrics } from './metrics.ts';
import { inspectStore, migrate } from './migrate.ts';
import { Owners } from './owners.ts';
import { Queue } from './queue.ts';
import { Runs } from './runs.ts';
import { Settings } from './settings.ts';
import { Snapshots } from './snapshots.ts';
import { watchStore } from './watch.ts';

/**
 * Everything that is remembered of runs but the weights themselves: one SQLite file, written by any number of engines
 * at once. Every method is synchronous, and on disk when it returns.
 */
export class Store {
  readonly home: string;
  readonly path: string;
  readonly owners: Owners;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly leases: Leases;
  readonly queue: Queue;
  readonly metrics: Metrics;
  readonly evaluations: Evaluations;
  readonly checkpoints: Checkpoints;
  readonly snapshots: Snapshots;
  readonly settings: Settings;
  readonly #connection: Connection;

  constructor(home: string, connection: Connection) {
    this.home = home;
    this.path = connection.path;
    this.#connection = connection;
    this.owners = new Owners(connection);
    this.experiments = new Experiments(connection);
    this.runs = new Runs(connection);
    this.leases = new Leases(connection);
    this.queue = new Queue(connection, this.leases);
    this.metrics = new Metrics(connection, this.runs);
    this.evaluations = new Evaluations(connection, this.runs, this.metrics);
    this.checkpoints = new Checkpoints(connection, this.runs);
    this.snapshots = new Snapshots(connection, this.runs);
    this.settings = new Settings(connection);
  }

  /** Several calls as one: all on disk, or none. May be nested. */
  transaction<T>(work: () => T): T {
    return this.#connection.transaction(work);
  }

  /** Marks what gone owners left running `interrupted`, and frees their devices. Returns those runs. */
  reclaim(): string[] {
    return this.transaction(() => this.runs.interruptAbandoned(this.owners.gone()));
  }

  /** Forgets points, evaluations and snapshots after a step, before a run goes on from its checkpoint. Throws `run.unknown`. */
  rewind(run: string, step: number): void {
    this.transaction(() => {
      this.metrics.removeAfter(run, step);
      this.evaluations.removeAfter(run, step);
      this.snapshots.removeAfter(run, step);
    });
  }

  /** Bytes on disk. */
  bytes(): number {
    return [this.path, `${this.path}-wal`].reduce(
      (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  /** Calls `changed` after another process changed the store. Returns the way to stop. */
  watch(changed: () => void, intervalMs = 100): () => void {
    return watchStore(this.#connection, changed, intervalMs);
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * Opens the store of a home folder, making both where there are none, and brings it to this version.
 * @throws `home.unwritable`, `store.newer` (untouched), `store.damaged` (untouched), `store.busy`, `disk.full`
 */
export function openStore(home: string): Store {
  makeHome(home);
  const path = join(home, 'convolab.sqlite');
  inspectStore(path);
  const connection = new Connection(path);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    migrate(connection);
    return new Store(home, connection);
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

function makeHome(home: string): void {
  try {
    makeFolders(home);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConvolabError(
      'home.unwritable',
      `The data folder cannot be made (${reason}): ${home}`,
      { subject: home, hint: unwritableHint },
      { cause },
    );
  }
}
