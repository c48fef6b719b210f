import type { ChosenDevice } from '../backends/choice.ts';
import { ConvolabError, type ErrorCode, type ErrorJson } from '../contract/errors.ts';
import type { FromWorker } from './protocol.ts';
import type { WorkerExit } from './worker-process.ts';

/** How long a GPU is waited for, in seconds, before it counts as hanging. */
export interface Patience {
  /** Until it is opened, the network compiled and the data attached. */
  readonly setUp: number;
  /** Between two signs of progress; a submission holds a quarter of a second of work. */
  readonly work: number;
}

/** How a failing GPU is dealt with; by default as suits the device. */
export interface RecoveryOptions {
  readonly patience?: Patience;
  /** Milliseconds before the first, second, ... try after losses in a row; after as many losses the run is given up. */
  readonly delays?: readonly number[];
}

const usualPatience: Patience = { setUp: 600, work: 30 };
/** Software takes as long as it takes. */
const softwarePatience: Patience = { setUp: 600, work: 600 };

/** A worker's last word. */
export type Verdict = Extract<FromWorker, { type: 'ended' | 'failed' }>;

/** A driver restarts in seconds. */
const usualDelays: readonly number[] = [500, 3000, 15_000];

const lossCodes: ReadonlySet<ErrorCode> = new Set(['device.lost', 'device.hung']);
/** How a process ends whose driver went wrong; SIGKILL is somebody's decision, such as the system's for want of memory. */
const crashes: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGABRT',
  'SIGILL',
  'SIGTRAP',
  'SIGFPE',
]);
/** Windows ends a crashed process with the exception as its code. */
const firstException = 0xc0000000;

/** Decides what becomes of a run whose GPU fails under it: tried again, as long as it gets on in between. */
export class Recovery {
  readonly #run: string;
  readonly #device: ChosenDevice;
  readonly #delays: readonly number[];
  readonly patience: Patience;
  #losses = 0;

  constructor(run: string, device: ChosenDevice, { patience, delays = usualDelays }: RecoveryOptions = {}) {
    this.#run = run;
    this.#device = device;
    this.#delays = delays;
    this.patience = patience ?? (device.adapter?.software ? softwarePatience : usualPatience);
  }

  /** What was kept since the last loss is progress. */
  checkpointed(): void {
    this.#losses = 0;
  }

  /** What befell the GPU, where that is what ended the worker. */
  lossIn(verdict: Verdict | null, { code, signal }: WorkerExit): ErrorJson | null {
    if (this.#device.adapter === null || verdict?.type === 'ended') return null;
    if (verdict) {
      const error = verdict.error as ErrorJson;
      // A driver that is still restarting shows no device.
      const stillAway = this.#losses > 0 && error.code === 'device.unavailable';
      return lossCodes.has(error.code) || stillAway ? error : null;
    }
    const crashed = (signal !== null && crashes.has(signal)) || (code !== null && code >= firstException);
    return crashed ? this.#crash(signal ?? `code ${code}`) : null;
  }

  /** Counts a loss: milliseconds until the next try, or `null` where it is time to give up. */
  retryAfter(): number | null {
    return this.#delays[this.#losses++] ?? null;
  }

  /** For the log: which try the next one is. */
  get tries(): string {
    return `try ${this.#losses} of ${this.#delays.length}`;
  }

  /** What is told of a loss that is not tried again: the way on is another device. */
  givenUp({ code, message }: ErrorJson): ErrorJson {
    const { id } = this.#device;
    const text = `${message} It happened ${this.#losses} times without getting on.`;
    return new ConvolabError(code, text, {
      subject: id,
      hint: `Go on with the CPU from the last checkpoint: npx convolab resume ${this.#run} --backend cpu. Or restart the machine and resume.`,
    }).toJSON();
  }

  hung(seconds: number): ErrorJson {
    const { id, adapter } = this.#device;
    const text = `The GPU ${id} (${adapter?.name}) made no progress for ${seconds} s.`;
    return new ConvolabError('device.hung', text, { subject: id }).toJSON();
  }

  #crash(how: string): ErrorJson {
    const { id, adapter } = this.#device;
    const text = `The driver of ${id} (${adapter?.name}) took the worker process down with it (${how}).`;
    return new ConvolabError('device.lost', text, { subject: id }).toJSON();
  }
}
