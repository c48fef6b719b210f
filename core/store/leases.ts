import type { Connection } from './connection.ts';
import type { Owner } from './owners.ts';

/** What is wanted of a device. */
export interface DeviceShare {
  /** `cpu`, `gpu:0`, ... */
  readonly device: string;
  /** Units wanted: cores of the CPU, 1 for a whole GPU. */
  readonly share: number;
  /** Units there are. */
  readonly capacity: number;
}

export interface Lease {
  readonly key: number;
  readonly device: string;
  readonly share: number;
}

/** Shares of devices, kept in the store so that two engines never oversubscribe one. A gone owner's are free again. */
export class Leases {
  readonly #connection: Connection;
  readonly #used;
  readonly #insert;
  readonly #release;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#used = connection.prepare<[string], { used: number }>(
      'SELECT coalesce(sum(share), 0) AS used FROM leases WHERE device = ?',
    );
    this.#insert = connection.prepare<[string, number, string | null, number], { key: number }>(`
      INSERT INTO leases (device, share, run, owner) VALUES (?, ?, (SELECT key FROM runs WHERE id = ?), ?) RETURNING key`);
    this.#release = connection.prepare<[number]>('DELETE FROM leases WHERE key = ?');
  }

  /** Units of a device that are taken. */
  used(device: string): number {
    return this.#used.get(device)?.used ?? 0;
  }

  /** Takes a share, or `undefined` where too little is free. */
  acquire(owner: Owner, wanted: DeviceShare, run: string | null = null): Lease | undefined {
    const { device, share, capacity } = wanted;
    return this.#connection.transaction(() => {
      if (this.used(device) + share > capacity) return undefined;
      const { key } = this.#insert.get(device, share, run, owner.key) as { key: number };
      return { key, device, share };
    });
  }

  /** Idempotent. */
  release(lease: Lease): void {
    this.#release.run(lease.key);
  }
}
