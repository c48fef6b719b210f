import type { DatasetTask, DatasetWork } from '../contract/datasets.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { DeskProgress } from './data-desk/protocol.ts';
import type { EventHub } from './events.ts';

type Kind = DatasetTask['kind'];

/** What a piece of work is given to be watched and ended by; the signal's reason is `pause` or `cancel`. */
export interface Watched {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DeskProgress) => void;
}

interface Entry {
  task: DatasetTask;
  readonly controller: AbortController;
  readonly result: Promise<unknown>;
}

/** Two of these on one data set would write the same files. */
const writing: ReadonlySet<Kind> = new Set(['download', 'import']);
/** Work after which a data set is what it was. */
const onlyLooks: ReadonlySet<Kind> = new Set(['survey', 'prepare']);

/**
 * Long work on data sets, told to every window while it goes on. What is done vanishes; what was paused or has failed
 * stays until it is taken up again or cancelled.
 */
export class DataTasks {
  readonly #events: EventHub;
  readonly #entries = new Map<string, Entry>();
  #revision = 0;

  constructor(events: EventHub) {
    this.#events = events;
  }

  list(): DatasetTask[] {
    return [...this.#entries.values()].map(({ task }) => task);
  }

  /** What windows are told. */
  get work(): DatasetWork {
    return { tasks: this.list(), revision: this.#revision };
  }

  /** Names of the data sets that are written to now. */
  get writing(): readonly string[] {
    return this.list()
      .filter(({ state, kind }) => state === 'running' && writing.has(kind))
      .map(({ name }) => name);
  }

  /**
   * Does the work, or joins in where the same is under way already.
   * @param variant tells apart pieces of work of one kind on one data set
   * @throws what the work throws; `dataset.busy` where another piece of work writes to the data set
   */
  run<T>(name: string, kind: Kind, work: (watched: Watched) => Promise<T>, variant = ''): Promise<T> {
    const key = keyOf(kind, name, variant);
    const known = this.#entries.get(key);
    if (known?.task.state === 'running') return known.result as Promise<T>;
    if (writing.has(kind)) this.#refuseSecondWriter(name);
    const controller = new AbortController();
    const task: DatasetTask = { name, kind, state: 'running', phase: 'waiting', ...nothingYet };
    const onProgress = (progress: DeskProgress) => this.#tell(key, progress);
    const result = Promise.resolve()
      .then(() => work({ signal: controller.signal, onProgress }))
      .then(
        (done) => {
          this.#end(key);
          return done;
        },
        (thrown: unknown) => {
          this.#fail(key, controller.signal, ConvolabError.from(thrown));
          throw thrown;
        },
      );
    this.#entries.set(key, { task, controller, result });
    this.#changed();
    return result;
  }

  /** Puts down as paused what an earlier engine left half done. */
  remember(name: string, kind: Kind, bytesDone: number, bytesTotal: number): void {
    const key = keyOf(kind, name);
    if (this.#entries.has(key)) return;
    const task: DatasetTask = {
      name,
      kind,
      state: 'paused',
      phase: 'waiting',
      ...nothingYet,
      bytesDone,
      bytesTotal,
    };
    this.#entries.set(key, { task, controller: new AbortController(), result: Promise.resolve() });
    this.#changed();
  }

  /** Ends every piece of work on a data set; resolves when they have ended. */
  async abort(name: string, how: 'pause' | 'cancel'): Promise<void> {
    const mine = [...this.#entries].filter(([, { task }]) => task.name === name);
    await this.#abortAll(mine, how);
  }

  /** Pauses what can be taken up again, when the engine ends. */
  async close(): Promise<void> {
    await this.#abortAll([...this.#entries], 'pause');
  }

  async #abortAll(entries: [string, Entry][], how: 'pause' | 'cancel'): Promise<void> {
    for (const [key, { task, controller }] of entries) {
      if (task.state === 'running') controller.abort(how);
      else if (how === 'cancel') this.#end(key);
    }
    await Promise.allSettled(entries.map(([, { result }]) => result));
  }

  #refuseSecondWriter(name: string): void {
    if (!this.writing.includes(name)) return;
    throw new ConvolabError('dataset.busy', `${name} is being fetched or imported.`, {
      subject: name,
      hint: 'Wait until that is done, or cancel it on the Data page.',
    });
  }

  #tell(key: string, progress: DeskProgress): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.task = { ...entry.task, ...progress };
    this.#changed();
  }

  #fail(key: string, { aborted, reason }: AbortSignal, error: ConvolabError): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const { kind } = entry.task;
    // Only a download can be taken up again; of the others their caller has the error.
    if (kind !== 'download' || (aborted && reason === 'cancel')) {
      this.#end(key);
      return;
    }
    const rest = { bytesPerSecond: null, etaSeconds: null };
    entry.task = aborted
      ? { ...entry.task, ...rest, state: 'paused' }
      : { ...entry.task, ...rest, state: 'failed', error: error.toJSON() };
    this.#changed();
  }

  #end(key: string): void {
    const kind = this.#entries.get(key)?.task.kind;
    if (kind !== undefined && !onlyLooks.has(kind)) this.#revision += 1;
    this.#entries.delete(key);
    this.#changed();
  }

  #changed(): void {
    this.#events.datasetsChanged(this.work);
  }
}

function keyOf(kind: Kind, name: string, variant = ''): string {
  return [kind, name, variant].join(' ');
}

const nothingYet = {
  file: null,
  bytesDone: 0,
  bytesTotal: null,
  bytesPerSecond: null,
  etaSeconds: null,
  error: null,
};
