import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConvolabError } from '../../contract/errors.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';
import type { FromInspector, Question, ToInspector } from './protocol.ts';

const entry = fileURLToPath(new URL('./process.ts', import.meta.url));
/** A process that nobody asks anything goes, and with it the networks and data that it holds. */
const idleMs = 300_000;

interface Caller {
  resolve(answer: Result<Question>): void;
  reject(error: ConvolabError): void;
}

/**
 * Runs images through trained networks in a process of its own: kernels neither hold up the engine nor can take it down.
 * The process starts with the first question and ends when it has rested for five minutes.
 */
export class Inspector {
  readonly #home: string;
  readonly #callers = new Map<number, Caller>();
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;

  /** @param home Convolab's data folder */
  constructor(home: string) {
    this.#home = home;
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws what the work throws; `worker.lost` where the process ended over it */
  ask<Q extends Question>(question: Q, params: ParsedParams<Q>): Promise<Result<Q>> {
    const id = this.#nextId++;
    const child = this.#wake();
    const answer = new Promise<Result<Question>>((resolve, reject) => {
      this.#callers.set(id, { resolve, reject });
    });
    this.#send(child, { id, question, params });
    return answer as Promise<Result<Q>>;
  }

  /** Lets go of the data sets it has open, because others took their place. */
  forget(): void {
    if (this.#child) this.#send(this.#child, { forget: true });
  }

  /** Ends the process; questions under way are rejected. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    this.#lose(child, new ConvolabError('engine.unavailable', 'Looking into the network was interrupted.'));
    child.kill('SIGKILL');
    await ended;
  }

  #send(child: ChildProcess, message: ToInspector): void {
    if (child.connected) child.send(message, () => undefined);
  }

  #wake(): ChildProcess {
    clearTimeout(this.#idle);
    if (this.#child) return this.#child;
    const child = fork(entry, [], {
      execPath: process.execPath,
      execArgv: [],
      // Keeps typed arrays typed.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    });
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.on('error', (error) => {
      errors += error.message;
    });
    child.on('message', (message: FromInspector) => this.#hear(message));
    child.on('close', (code, signal) => {
      const why = errors.trim().split('\n').at(-1) || `it ended with ${signal ?? `code ${code}`}`;
      this.#lose(
        child,
        new ConvolabError('worker.lost', `The process that looks into networks was lost: ${why}.`, {
          hint: 'Ask again; it is started anew.',
        }),
      );
    });
    this.#send(child, { home: this.#home });
    this.#child = child;
    return child;
  }

  #hear(message: FromInspector): void {
    const caller = this.#callers.get(message.id);
    this.#callers.delete(message.id);
    if ('error' in message) caller?.reject(ConvolabError.fromJSON(message.error));
    else caller?.resolve(message.answer);
    if (this.#callers.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), idleMs).unref();
  }

  #lose(child: ChildProcess, why: ConvolabError): void {
    if (this.#child !== child) return;
    this.#child = null;
    for (const caller of this.#callers.values()) caller.reject(why);
    this.#callers.clear();
  }
}
