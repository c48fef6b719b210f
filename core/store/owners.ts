import { hostname } from 'node:os';
import type { Connection } from './connection.ts';
import { isAlive } from './processes.ts';

/** A process that runs jobs: an engine. What it holds (runs, leases) is free again once it is gone. */
export interface Owner {
  readonly key: number;
  readonly pid: number;
  readonly host: string;
}

export interface OwnerRow extends Owner {
  /** Milliseconds since 1970. */
  readonly heartbeat: number;
}

/** An engine beats every few seconds; on another machine its silence is all there is to go by. */
const silenceMs = 60_000;
/** On this machine the process itself can be looked at; a silence this long means its number went to another one. */
const reusedPidMs = 600_000;

/** True where the process behind `owner` cannot be at work any more. */
export function isGone(owner: Omit<OwnerRow, 'key'>, now = Date.now()): boolean {
  const silence = now - owner.heartbeat;
  if (owner.host !== hostname()) return silence > silenceMs;
  return silence > reusedPidMs || !isAlive(owner.pid);
}

export class Owners {
  readonly #insert;
  readonly #beat;
  readonly #remove;
  readonly #all;

  constructor(connection: Connection) {
    this.#insert = connection.prepare<[number, string, number], { key: number }>(
      'INSERT INTO owners (pid, host, heartbeat) VALUES (?, ?, ?) RETURNING key',
    );
    this.#beat = connection.prepare<[number, number]>('UPDATE owners SET heartbeat = ? WHERE key = ?');
    this.#remove = connection.prepare<[number]>('DELETE FROM owners WHERE key = ?');
    this.#all = connection.prepare<[], OwnerRow>('SELECT * FROM owners');
  }

  /** Makes this process (or another, in a test) an owner. */
  register(pid = process.pid, host = hostname()): Owner {
    const { key } = this.#insert.get(pid, host, Date.now()) as { key: number };
    return { key, pid, host };
  }

  /** To be called every few seconds. False: others took this owner for gone, and what it held is no longer its own. */
  beat(owner: Owner, now = Date.now()): boolean {
    return this.#beat.run(now, owner.key) === 1;
  }

  /** Gives up everything the owner holds: its leases, and its runs, which read `interrupted` if still running. */
  remove(owner: Owner): void {
    this.#remove.run(owner.key);
  }

  /** Those whose process is gone. */
  gone(now = Date.now()): OwnerRow[] {
    return this.#all.all().filter((owner) => isGone(owner, now));
  }
}
