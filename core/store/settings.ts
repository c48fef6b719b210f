import type { Connection } from './connection.ts';

/** What the user set, by name; any JSON value. */
export class Settings {
  readonly #connection: Connection;
  readonly #all;
  readonly #put;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#all = connection.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings');
    this.#put = connection.prepare<[string, string]>('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  }

  all(): Record<string, unknown> {
    return Object.fromEntries(this.#all.all().map(({ key, value }) => [key, JSON.parse(value)]));
  }

  /** Those given; the others stay. */
  set(values: Readonly<Record<string, unknown>>): void {
    this.#connection.transaction(() => {
      for (const [key, value] of Object.entries(values)) this.#put.run(key, JSON.stringify(value ?? null));
    });
  }
}
