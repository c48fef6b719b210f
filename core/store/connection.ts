import Database from 'better-sqlite3';
import { ConvolabError } from '../contract/errors.ts';

/** How long a writer waits for another process's transaction to end. */
const busyTimeoutMs = 10_000;

/** The one place that loads the SQLite addon: a connection whose failures are `ConvolabError`s naming the store. */
export class Connection {
  readonly path: string;
  readonly #database: Database.Database;

  /**
   * @param options.readonly look, and change nothing; the file must exist
   * @throws `home.unwritable`, `store.damaged`, `store.busy`
   */
  constructor(path: string, options: { readonly?: boolean } = {}) {
    this.path = path;
    this.#database = guard(
      path,
      () => new Database(path, { readonly: options.readonly ?? false, timeout: busyTimeoutMs }),
    );
  }

  prepare<Parameters extends unknown[] = [], Row = unknown>(sql: string): Statement<Parameters, Row> {
    return new Statement(
      this.path,
      guard(this.path, () => this.#database.prepare<Parameters, Row>(sql)),
    );
  }

  /** One or more statements without parameters. */
  execute(sql: string): void {
    guard(this.path, () => this.#database.exec(sql));
  }

  /** Value of a pragma such as `user_version`, or sets one (`foreign_keys = ON`). */
  pragma(source: string): unknown {
    return guard(this.path, () => this.#database.pragma(source, { simple: true }));
  }

  /** Runs `work` whole or not at all. Takes the write lock at once, so that what it reads stays true until it ends. */
  transaction<T>(work: () => T): T {
    if (this.#database.inTransaction) return work();
    return guard(this.path, () => this.#database.transaction(work).immediate());
  }

  /** Writes the database as it is now to another file. */
  async copyTo(path: string): Promise<void> {
    try {
      await this.#database.backup(path);
    } catch (thrown) {
      throw thrown instanceof Database.SqliteError ? translate(path, thrown) : thrown;
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** A prepared statement. */
export class Statement<Parameters extends unknown[], Row> {
  readonly #path: string;
  readonly #statement: Database.Statement<Parameters, Row>;

  constructor(path: string, statement: Database.Statement<Parameters, Row>) {
    this.#path = path;
    this.#statement = statement;
  }

  /** Returns the number of rows changed. */
  run(...parameters: Parameters): number {
    return guard(this.#path, () => this.#statement.run(...parameters).changes);
  }

  get(...parameters: Parameters): Row | undefined {
    return guard(this.#path, () => this.#statement.get(...parameters));
  }

  all(...parameters: Parameters): Row[] {
    return guard(this.#path, () => this.#statement.all(...parameters));
  }
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw thrown instanceof Database.SqliteError ? translate(path, thrown) : thrown;
  }
}

/** What SQLite says, as a fact about the store with a way out. */
function translate(path: string, error: InstanceType<typeof Database.SqliteError>): ConvolabError {
  const { code, message } = error;
  const fail = (ours: ConstructorParameters<typeof ConvolabError>[0], fact: string, hint: string) =>
    new ConvolabError(ours, `${fact} (${message}): ${path}`, { subject: path, hint }, { cause: error });
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return fail('store.busy', 'Another process keeps the store locked', 'Try again once it is done.');
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR') {
    return fail('store.damaged', 'The store cannot be read', damagedHint);
  }
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE') {
    return fail('disk.full', 'The store cannot grow', 'Free some space on its disk, then go on.');
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return fail('home.unwritable', 'The store cannot be opened for writing', unwritableHint);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return fail('file.unreadable', 'The disk under the store fails', 'Check the disk, then try again.');
  }
  return fail('internal', `The store refused a statement, ${code}`, 'Please report this.');
}

export const damagedHint =
  'Move the file away, then try again; what lies in runs/ stays, and the moved file can be looked at with sqlite3.';
export const unwritableHint =
  'Choose another folder with --home or CONVOLAB_HOME, or make this one writable.';
