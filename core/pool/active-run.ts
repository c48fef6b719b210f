import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ChosenDevice } from '../backends/choice.ts';
import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import { removeTemporaries } from '../export/atomic-file.ts';
import type { Lease } from '../store/leases.ts';
import type { Owner } from '../store/owners.ts';
import type { RunRequest } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { RunConfig } from '../train/experiment.ts';
import { snapshotFolder } from '../train/snapshots/files.ts';
import type { FromWorker } from './protocol.ts';
import { Recovery, type RecoveryOptions, type Verdict } from './recovery.ts';
import { RunLog } from './run-log.ts';
import { Watchdog } from './watchdog.ts';
import { type WorkerExit, WorkerProcess } from './worker-process.ts';

/** A worker that was asked to stop and is still busy after this long is ended; what it measured is in the store. */
const stopPatienceMs = 4000;
/** Between two attempts to write what became of a run. */
const settleAgainMs = 500;
/** What is said of a worker that was yet to be started when its run had to end. */
const neverStarted: WorkerExit = { code: null, signal: 'SIGKILL', errors: '' };

export interface ActiveRunOptions {
  readonly store: Store;
  readonly owner: Owner;
  readonly run: string;
  readonly lease: Lease;
  readonly device: ChosenDevice;
  readonly threads: number;
  /** Script of the worker. */
  readonly worker: string;
  readonly recovery?: RecoveryOptions | undefined;
  /** Something of the run was written. */
  readonly changed: () => void;
  /** The worker is gone, and the store says what became of the run. */
  readonly ended: () => void;
}

/**
 * A run in its worker: takes down what the worker says, and what became of it. Where a GPU fails under it, the worker is
 * replaced, and the run goes on from its last checkpoint.
 */
export class ActiveRun {
  readonly run: string;
  /** The worker's resident bytes and busy cores, as last reported. */
  usage = { memoryBytes: 0, cores: 0 };
  readonly #options: ActiveRunOptions;
  readonly #folder: string;
  readonly #log: RunLog;
  readonly #recovery: Recovery;
  #worker: WorkerProcess | null = null;
  #watchdog: Watchdog | null = null;
  #waiting: NodeJS.Timeout | undefined;
  #requested: RunRequest | null = null;
  #verdict: Verdict | null = null;
  #patience: NodeJS.Timeout | undefined;
  #abandoned = false;

  constructor(options: ActiveRunOptions) {
    const { store, run, device } = options;
    this.run = run;
    this.#options = options;
    this.#folder = join(store.home, 'runs', run);
    this.#log = new RunLog(this.#folder);
    this.#recovery = new Recovery(run, device, options.recovery);
    if (device.warning !== null) this.#log.write('warning', device.warning);
    this.#begin();
  }

  /** Starts a worker at the last checkpoint; what was measured after it is measured again. */
  #begin(): void {
    const { store, run, device, threads, worker } = this.#options;
    const checkpoint = store.checkpoints.list(run).at(-1);
    store.rewind(run, checkpoint?.step ?? 0);
    this.#verdict = null;
    this.#worker = new WorkerProcess(
      worker,
      {
        run,
        home: store.home,
        folder: this.#folder,
        config: store.runs.setup(run).config as RunConfig,
        device,
        threads,
        checkpoint: checkpoint ? { file: this.#inFolder(checkpoint.path), sha256: checkpoint.sha256 } : null,
      },
      { message: (message) => this.#guard(() => this.#take(message)), exit: (exit) => this.#end(exit) },
    );
    if (device.adapter !== null) this.#watch();
  }

  /** A CPU may be slow but does not hang; a GPU that gives no sign is taken for one that does. */
  #watch(): void {
    this.#watchdog = new Watchdog(this.#recovery.patience.setUp, (seconds) => {
      this.#verdict ??= { type: 'failed', error: this.#recovery.hung(seconds) };
      this.#worker?.kill();
    });
  }

  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  /** Passes on what was asked; asking again for the same does nothing. */
  request(request: RunRequest): void {
    if (this.#requested === request) return;
    this.#requested = request;
    if (this.#waiting !== undefined) this.#leave(neverStarted);
    this.#worker?.send({ type: request });
    if (request === 'stop') this.#patience ??= setTimeout(() => this.#worker?.kill(), stopPatienceMs);
  }

  /** Ends the worker at once, and with it the patience for a store that cannot be written. */
  kill(): void {
    this.#abandoned = true;
    if (this.#waiting !== undefined) this.#conclude(neverStarted);
    this.#worker?.kill();
  }

  /** Where the store refuses to be written (a full disk), going on would train for nobody. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#verdict = { type: 'failed', error: ConvolabError.from(thrown).toJSON() };
      this.#worker?.kill();
    }
  }

  #take(message: FromWorker): void {
    if (this.#verdict !== null) return;
    this.#watchdog?.heard();
    switch (message.type) {
      case 'alive':
        break;
      case 'ready':
        this.#watchdog?.expectWithin(this.#recovery.patience.work);
        this.#options.store.runs.addEnvironment(this.run, message.environment);
        break;
      case 'report':
        this.#takeReport(message);
        break;
      case 'evaluated':
        this.#takeEvaluations(message);
        break;
      case 'checkpoint':
        this.#takeCheckpoint(message);
        break;
      case 'snapshot':
        this.#takeSnapshot(message);
        break;
      case 'log':
        this.#log.write(message.level, message.text);
        break;
      default:
        this.#verdict = message;
    }
  }

  #takeReport({ points, progress, usage }: Extract<FromWorker, { type: 'report' }>): void {
    const { store, owner } = this.#options;
    this.usage = usage;
    const owned = store.transaction(() => {
      store.metrics.append(points.map((point) => ({ ...point, run: this.run })));
      return store.runs.progress(this.run, owner, progress);
    });
    // Another engine took this one for gone (a long sleep of the machine): the run is no longer ours to write.
    if (!owned) this.#worker?.kill();
    this.#options.changed();
  }

  #takeEvaluations({ epoch, step, seconds, evaluations }: Extract<FromWorker, { type: 'evaluated' }>): void {
    const { store, changed } = this.#options;
    store.transaction(() => {
      for (const { split, count, correct, loss, accuracy, top5, confusion } of evaluations) {
        const metrics = { loss: loss ?? Number.NaN, accuracy, ...(top5 !== null && { top5 }) };
        const evaluation = { split, epoch, step, seconds, samples: count, correct, metrics, confusion };
        store.evaluations.record(this.run, evaluation);
      }
    });
    changed();
  }

  /** Recorded first; then what is neither best nor last is dropped: its record, then its file. */
  #takeCheckpoint({ file, epoch, step, bytes, sha256 }: Extract<FromWorker, { type: 'checkpoint' }>): void {
    const { store } = this.#options;
    const path = `runs/${this.run}/${file}`;
    const dropped = store.transaction(() => {
      store.checkpoints.record(this.run, { epoch, step, path, bytes, sha256 });
      const superseded = store.checkpoints.list(this.run).filter(({ best, last }) => !best && !last);
      for (const old of superseded) store.checkpoints.remove(this.run, old.step);
      return superseded;
    });
    for (const old of dropped) rmSync(join(store.home, old.path), { force: true });
    this.#recovery.checkpointed();
    this.#options.changed();
  }

  /** Recorded first; then those that have become too many are dropped: their record, then their file. */
  #takeSnapshot({
    kind,
    file,
    epoch,
    step,
    bytes,
    sha256,
    every,
  }: Extract<FromWorker, { type: 'snapshot' }>): void {
    const { store } = this.#options;
    const path = `runs/${this.run}/${file}`;
    const dropped = store.transaction(() => {
      store.snapshots.record(this.run, { kind, epoch, step, path, bytes, sha256 });
      return store.snapshots.thin(this.run, kind, every);
    });
    for (const old of dropped) rmSync(join(store.home, old.path), { force: true });
  }

  #end(exit: WorkerExit): void {
    this.#worker = null;
    this.#watchdog?.stop();
    for (const folder of ['checkpoints', snapshotFolder]) removeTemporaries(join(this.#folder, folder));
    if (exit.errors !== '') this.#log.write('error', exit.errors);
    const loss = this.#abandoned ? null : this.#recovery.lossIn(this.#verdict, exit);
    if (loss === null) this.#conclude(exit);
    else this.#recover(loss, exit);
  }

  /** Another worker takes over in a moment; where that has led nowhere, another device is offered. */
  #recover(loss: ErrorJson, exit: WorkerExit): void {
    const delay = this.#recovery.retryAfter();
    this.#log.write('warning', loss.message);
    this.#verdict = null;
    if (this.#requested !== null) {
      this.#leave(exit);
    } else if (delay === null) {
      this.#verdict = { type: 'failed', error: this.#recovery.givenUp(loss) };
      this.#conclude(exit);
    } else {
      this.#log.write('info', `A new worker goes on from the last checkpoint (${this.#recovery.tries}).`);
      this.#waiting = setTimeout(() => this.#beginAgain(), delay);
    }
  }

  #beginAgain(): void {
    this.#waiting = undefined;
    this.#guard(() => this.#begin());
    if (this.#worker === null) this.#conclude(neverStarted);
  }

  /** As was asked, with the last checkpoint to go on from. */
  #leave(exit: WorkerExit): void {
    this.#verdict = {
      type: 'ended',
      outcome: this.#requested === 'stop' ? 'stopped' : 'paused',
      reason: null,
    };
    this.#conclude(exit);
  }

  /** Where the store cannot be written now (a full disk), it is tried again until there is room or nobody waits. */
  #conclude(exit: WorkerExit): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    try {
      this.#settle(exit);
      this.#options.store.leases.release(this.#options.lease);
    } catch {
      if (!this.#abandoned) {
        setTimeout(() => this.#conclude(exit), settleAgainMs);
        return;
      }
    }
    this.#options.ended();
  }

  /** Writes down what became of the run. */
  #settle(exit: WorkerExit): void {
    const { runs } = this.#options.store;
    if (runs.get(this.run).status !== 'running') return;
    const verdict = this.#verdict;
    if (verdict?.type === 'ended') {
      const { outcome, reason } = verdict;
      this.#log.write('info', reason === null ? outcomes[outcome] : `${outcomes[outcome]} ${reason}`);
      runs.transition(this.run, outcome);
      runs.setEnding(this.run, reason);
    } else if (verdict?.type === 'failed') {
      this.#fail('failed', verdict.error as ErrorJson);
    } else if (this.#requested === 'stop') {
      this.#log.write('info', outcomes.stopped);
      runs.transition(this.run, 'stopped');
    } else {
      this.#lost(exit);
    }
  }

  #lost({ code, signal }: WorkerExit): void {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
    const error = new ConvolabError('worker.lost', `The run's worker process ${how}.`, {
      subject: this.run,
      hint: 'Resume the run; it goes on from its last checkpoint. Its log may say more.',
    });
    this.#fail(signal ? 'interrupted' : 'failed', error.toJSON());
  }

  #fail(status: 'failed' | 'interrupted', error: ErrorJson): void {
    this.#log.write('error', [error.message, error.hint].filter(Boolean).join(' '));
    this.#options.store.runs.transition(this.run, status, error);
  }

  #inFolder(path: string): string {
    return path.slice(`runs/${this.run}/`.length);
  }
}

const outcomes = {
  finished: 'Finished.',
  paused: 'Paused; everything is kept to go on from here.',
  stopped: 'Stopped; everything measured so far is kept.',
} as const;
