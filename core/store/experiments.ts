import type { Connection } from './connection.ts';
import { newId } from './identifiers.ts';

export interface StoredExperiment {
  readonly id: string;
  readonly name: string;
  /** As validated, defaults filled in. */
  readonly config: unknown;
  readonly createdAt: string;
}

interface ExperimentRow {
  key: number;
  id: string;
  name: string;
  config: string;
  created_at: string;
}

export class Experiments {
  readonly #insert;
  readonly #get;

  constructor(connection: Connection) {
    this.#insert = connection.prepare<[string, string, string, string]>(
      'INSERT INTO experiments (id, name, config, created_at) VALUES (?, ?, ?, ?)',
    );
    this.#get = connection.prepare<[string], ExperimentRow>('SELECT * FROM experiments WHERE id = ?');
  }

  /** Returns its id. */
  create(name: string, config: unknown): string {
    const id = newId();
    this.#insert.run(id, name, JSON.stringify(config), new Date().toISOString());
    return id;
  }

  get(id: string): StoredExperiment | undefined {
    const row = this.#get.get(id);
    return row && { id, name: row.name, config: JSON.parse(row.config), createdAt: row.created_at };
  }
}
