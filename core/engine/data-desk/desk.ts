import { Worker } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';
import { endThread } from '../../data/end-thread.ts';
import type { DeskProgress, FromReader, Question, ToReader } from './protocol.ts';

/** A reading thread that nobody asks anything goes, and with it the data sets it holds in memory. */
const idleMs = 60_000;

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DeskProgress) => void;
}

interface Caller {
  resolve(answer: Result<Question>): void;
  reject(error: ConvolabError): void;
  readonly onProgress: AskOptions['onProgress'];
}

const interrupted = () => new ConvolabError('engine.unavailable', 'Reading the data set was interrupted.');

/**
 * Has the heavy work on data sets done in a thread of its own: opening, unpacking, averaging and hashing never hold up
 * the engine. The thread starts with the first question and ends when it has rested for a minute.
 */
export class DataDesk {
  readonly #home: string;
  readonly #callers = new Map<number, Caller>();
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;

  /** @param home Convolab's data folder */
  constructor(home: string) {
    this.#home = home;
  }

  /**
   * @throws what the work throws; `argument.invalid` for a split or sample that is not there; `engine.unavailable` where
   * the signal or the engine's end came first
   */
  ask<Q extends Question>(
    question: Q,
    params: ParsedParams<Q>,
    { signal, onProgress }: AskOptions = {},
  ): Promise<Result<Q>> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const worker = this.#wake();
    const answer = new Promise<Result<Question>>((resolve, reject) => {
      this.#callers.set(id, { resolve, reject, onProgress });
    });
    this.#send(worker, { id, home: this.#home, question, params });
    const cancel = () => {
      // The thread answers once it has put things in order.
      this.#send(worker, { cancel: id, reason: signal?.reason });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return answer.finally(() => signal?.removeEventListener('abort', cancel)) as Promise<Result<Q>>;
  }

  /** Lets go of the data sets it has open, because others took their place. */
  forget(): void {
    if (this.#worker) this.#send(this.#worker, { forget: true });
  }

  /** Ends the thread; questions under way are rejected. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === null) return;
    this.#lose(worker, interrupted());
    this.#send(worker, { end: true });
    await endThread(worker);
  }

  #send(worker: Worker, message: ToReader): void {
    worker.postMessage(message);
  }

  #wake(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./reader.ts', import.meta.url));
    worker.unref();
    worker.on('message', (message: FromReader) => this.#hear(message));
    // Out of memory, or a fault of ours: who asked is told, and the next question starts another thread.
    worker.on('error', (cause) => this.#lose(worker, ConvolabError.from(cause)));
    worker.on('exit', () => this.#lose(worker, interrupted()));
    this.#worker = worker;
    return worker;
  }

  #hear(message: FromReader): void {
    if ('progress' in message) this.#callers.get(message.id)?.onProgress?.(message.progress);
    else if ('error' in message) this.#settle(message.id)?.reject(ConvolabError.fromJSON(message.error));
    else this.#settle(message.id)?.resolve(message.answer);
  }

  #settle(id: number): Caller | undefined {
    const caller = this.#callers.get(id);
    this.#callers.delete(id);
    if (this.#callers.size === 0) this.#rest();
    return caller;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), idleMs).unref();
  }

  #lose(worker: Worker, why: ConvolabError): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const caller of this.#callers.values()) caller.reject(why);
    this.#callers.clear();
  }
}
