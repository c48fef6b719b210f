import { ConvolabError } from '../contract/errors.ts';
import type { QueueEntry } from '../contract/methods.ts';
import type { RunStatus } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import type { DeviceShare, Lease, Leases } from './leases.ts';
import type { Owner } from './owners.ts';

/** A run that waits, as the scheduler sees it. */
export interface WaitingRun {
  readonly id: string;
  /** As in the experiment: `auto`, `cpu`, `gpu:0`, ... */
  readonly backend: string;
  readonly config: unknown;
}

/** A run that now is the caller's to train, with the device it was given. */
export interface Claim {
  readonly run: string;
  readonly lease: Lease;
}

interface WaitingRow {
  id: string;
  backend: string;
  config: string;
}

interface EntryRow {
  id: string;
  status: RunStatus;
  backend: string;
  device: string | null;
}

/** Runs in the order in which they get a device. */
export class Queue {
  readonly #connection: Connection;
  readonly #leases: Leases;
  readonly #waiting;
  readonly #entries;
  readonly #place;
  readonly #start;

  constructor(connection: Connection, leases: Leases) {
    this.#connection = connection;
    this.#leases = leases;
    this.#waiting = connection.prepare<[], WaitingRow>(
      `SELECT id, backend, config FROM runs WHERE status = 'queued' AND trashed_at IS NULL ORDER BY position`,
    );
    this.#entries = connection.prepare<[], EntryRow>(`
      SELECT id, status, backend, device FROM runs WHERE status IN ('queued', 'running') AND trashed_at IS NULL
      ORDER BY status = 'queued', position, key`);
    this.#place = connection.prepare<[number, string]>('UPDATE runs SET position = ? WHERE id = ?');
    this.#start = connection.prepare<[number, string, string, number, string]>(`
      UPDATE runs SET status = 'running', owner = ?, device = ?, position = NULL, request = NULL, error = NULL,
        ended_at = NULL, started_at = coalesce(started_at, ?), stretches = json_insert(stretches, '$[#]', json_array(seconds, ?))
      WHERE id = ?`);
  }

  /** Running ones first, all at -1; then those that wait, from 0. */
  list(): QueueEntry[] {
    const rows = this.#entries.all();
    const running = rows.filter((row) => row.status === 'running').length;
    return rows.map(({ id, status, backend, device }, index) =>
      status === 'running'
        ? { run: id, status, backend, position: -1, device }
        : { run: id, status: 'queued', backend, position: index - running, device: null },
    );
  }

  /** Puts a waiting run at a place among those that wait (0 = next). Throws `run.state` for one that does not wait. */
  move(run: string, position: number): void {
    this.#connection.transaction(() => {
      const order = this.#waiting.all().map(({ id }) => id);
      const from = order.indexOf(run);
      if (from < 0) {
        throw new ConvolabError('run.state', `Run ${run} does not wait in the queue.`, {
          subject: run,
          hint: 'Only a run that waits can be moved.',
        });
      }
      order.splice(from, 1);
      order.splice(position, 0, run);
      for (const [index, id] of order.entries()) this.#place.run(index, id);
    });
  }

  /**
   * Takes the first waiting run that has a device with room, as one step that no other process can come between: the
   * run becomes `running` under `owner`, and its share of the device is leased.
   * @param wanted the devices that would do for a run, the best first; none where this engine has no such device
   */
  claim(owner: Owner, wanted: (run: WaitingRun) => readonly DeviceShare[]): Claim | undefined {
    return this.#connection.transaction(() => {
      for (const run of this.waiting()) {
        const lease = this.#acquireFirst(owner, wanted(run), run.id);
        if (!lease) continue;
        const now = new Date();
        this.#start.run(owner.key, lease.device, now.toISOString(), now.getTime(), run.id);
        return { run: run.id, lease };
      }
      return undefined;
    });
  }

  /** Those that wait for a device, in their order. */
  waiting(): WaitingRun[] {
    return this.#waiting.all().map(({ config, ...run }) => ({ ...run, config: JSON.parse(config) }));
  }

  #acquireFirst(owner: Owner, shares: readonly DeviceShare[], run: string): Lease | undefined {
    for (const share of shares) {
      const lease = this.#leases.acquire(owner, share, run);
      if (lease) return lease;
    }
    return undefined;
  }
}
