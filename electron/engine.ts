import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ErrorJson } from '../core/contract/errors.ts';
import type { EngineEvent, Reply } from '../core/contract/events.ts';
import type { EngineCommand, EngineNews } from '../core/contract/wire.ts';

/** Milliseconds before a lost engine is started again; doubled with every loss in a row. */
const firstPause = 500;
const longestPause = 30_000;

const lost: ErrorJson = {
  code: 'engine.unavailable',
  message: 'The engine ended while it worked on this.',
  hint: 'It is being restarted; try again in a moment. Runs go on from their last checkpoint.',
};

export interface EngineListeners {
  events(events: EngineEvent[]): void;
  connection(connected: boolean): void;
  /** Told the number of runs in workers after every batch of events. */
  active(runs: number): void;
}

/**
 * The engine as a child process under plain Node. It is started again whenever it ends unasked; windows are told to
 * read everything anew, and calls that were under way fail with `engine.unavailable`.
 */
export class EngineProcess {
  readonly #start: () => ChildProcess;
  readonly #listeners: EngineListeners;
  #child: ChildProcess | null = null;
  #ready = false;
  #closing = false;
  #losses = 0;
  /** The next start, while there is no engine. */
  #pause: NodeJS.Timeout | undefined;
  #failure: ErrorJson = lost;
  #nextId = 1;
  #waiting: EngineCommand[] = [];
  readonly #calls = new Map<number, (reply: Reply) => void>();

  constructor(node: string, args: string[], listeners: EngineListeners) {
    this.#start = () =>
      spawn(node, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], windowsHide: true });
    this.#listeners = listeners;
    this.#launch();
  }

  get connected(): boolean {
    return this.#ready;
  }

  /** Runs in workers when the engine last spoke. */
  active = 0;

  /** Never rejects: a failure is the reply's `error`. A call made while the engine starts waits for it. */
  request(method: string, params: unknown): Promise<Reply> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#calls.set(id, resolve);
      const command = { id, method, params };
      if (this.#ready) this.#child?.send(command);
      else this.#waiting.push(command);
    });
  }

  /** Starts an engine that is not there without waiting any longer; the calls that wait for it are answered sooner. */
  startNow(): void {
    if (this.#child !== null || this.#closing) return;
    clearTimeout(this.#pause);
    this.#launch();
  }

  /** Checkpoints what runs, leaves it paused, and ends the engine for good. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#pause);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (this.#ready && child.connected) child.send({ close: true });
    else child.kill();
    await ended;
  }

  #launch(): void {
    const child = this.#start();
    this.#child = child;
    child.on('message', (message) => this.#hear(message as EngineNews | Reply));
    child.once('error', () => this.#lose(child));
    child.once('exit', () => this.#lose(child));
  }

  #hear(news: EngineNews | Reply): void {
    if ('id' in news) this.#settle(news);
    else if ('events' in news) {
      this.active = news.active;
      this.#listeners.events(news.events);
      this.#listeners.active(news.active);
    } else if ('failed' in news) this.#failure = news.failed;
    else this.#greet();
  }

  #settle(reply: Reply): void {
    this.#calls.get(reply.id)?.(reply);
    this.#calls.delete(reply.id);
  }

  #greet(): void {
    this.#ready = true;
    this.#failure = lost;
    this.#listeners.connection(true);
    if (this.#losses > 0) this.#listeners.events([{ type: 'engine.restarted' }]);
    this.#losses = 0;
    for (const command of this.#waiting.splice(0)) this.#child?.send(command);
  }

  #lose(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#ready = false;
    this.active = 0;
    this.#waiting = [];
    for (const id of [...this.#calls.keys()]) this.#settle({ id, error: this.#failure });
    this.#listeners.connection(false);
    if (this.#closing) return;
    const pause = Math.min(longestPause, firstPause * 2 ** this.#losses);
    this.#losses += 1;
    this.#pause = setTimeout(() => this.#launch(), pause);
  }
}
