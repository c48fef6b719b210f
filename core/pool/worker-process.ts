import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type FromWorker, fromWorker, type Job, type ToWorker } from './protocol.ts';

export const workerEntry = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** Of what a worker says on its way down, this much is kept. */
const keptErrors = 4000;

/** How a worker process came to its end. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly errors: string;
}

export interface WorkerListener {
  message(message: FromWorker): void;
  /** Called once, after the last message. */
  exit(exit: WorkerExit): void;
}

/** A run's own process: plain Node on this very binary, with a typed channel. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #errors = '';

  /** @param entry the script that works, which is `workerEntry` but for one that goes wrong on purpose */
  constructor(entry: string, job: Job, listener: WorkerListener) {
    this.#child = fork(entry, [], {
      execPath: process.execPath,
      execArgv: [],
      // Keeps typed arrays typed.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptErrors);
    });
    this.#child.on('message', (message) => listener.message(fromWorker.parse(message)));
    // `close`, not `exit`: by then every message and all of standard error have arrived.
    this.#child.on('close', (code, signal) => listener.exit({ code, signal, errors: this.#errors.trim() }));
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    giveWay(this.#child.pid);
    this.send({ type: 'start', job });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Does nothing once the worker is gone. */
  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** At once, whatever it is doing. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Training takes what is left: the engine answers and the window draws first. */
function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Gone already, or a system that does not let us; it then trains at the usual priority.
  }
}
