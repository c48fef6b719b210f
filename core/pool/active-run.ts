import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import type { Lease } from '../store/leases.ts';
import type { Owner } from '../store/owners.ts';
import type { RunRequest } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { RunConfig } from '../train/experiment.ts';
import type { FromWorker } from './protocol.ts';
import { RunLog } from './run-log.ts';
import { type WorkerExit, WorkerProcess } from './worker-process.ts';

/** A worker that was asked to stop and is still busy after this long is ended; what it measured is in the store. */
const stopPatienceMs = 4000;
/** Between two attempts to write what became of a run. */
const settleAgainMs = 500;

export interface ActiveRunOptions {
  readonly store: Store;
  readonly owner: Owner;
  readonly run: string;
  readonly lease: Lease;
  readonly threads: number;
  /** Something of the run was written. */
  readonly changed: () => void;
  /** The worker is gone, and the store says what became of the run. */
  readonly ended: () => void;
}

/** A run in its worker: takes down what the worker says, and what became of it. */
export class ActiveRun {
  readonly run: string;
  /** The worker's resident bytes and busy cores, as last reported. */
  usage = { memoryBytes: 0, cores: 0 };
  readonly #options: ActiveRunOptions;
  readonly #folder: string;
  readonly #log: RunLog;
  readonly #worker: WorkerProcess;
  #requested: RunRequest | null = null;
  #verdict: Extract<FromWorker, { type: 'ended' | 'failed' }> | null = null;
  #patience: NodeJS.Timeout | undefined;
  #abandoned = false;

  constructor(options: ActiveRunOptions) {
    const { store, run } = options;
    this.run = run;
    this.#options = options;
    this.#folder = join(store.home, 'runs', run);
    this.#log = new RunLog(this.#folder);
    const checkpoint = store.checkpoints.list(run).at(-1);
    store.rewind(run, checkpoint?.step ?? 0);
    const { config, backend } = store.runs.setup(run);
    this.#worker = new WorkerProcess(
      {
        run,
        home: store.home,
        folder: this.#folder,
        config: config as RunConfig,
        backend,
        threads: options.threads,
        checkpoint: checkpoint ? { file: this.#inFolder(checkpoint.path), sha256: checkpoint.sha256 } : null,
      },
      { message: (message) => this.#guard(() => this.#take(message)), exit: (exit) => this.#end(exit) },
    );
  }

  get pid(): number | undefined {
    return this.#worker.pid;
  }

  /** Passes on what was asked; asking again for the same does nothing. */
  request(request: RunRequest): void {
    if (this.#requested === request) return;
    this.#requested = request;
    this.#worker.send({ type: request });
    if (request === 'stop') this.#patience ??= setTimeout(() => this.#worker.kill(), stopPatienceMs);
  }

  /** Ends the worker at once, and with it the patience for a store that cannot be written. */
  kill(): void {
    this.#abandoned = true;
    this.#worker.kill();
  }

  /** Where the store refuses to be written (a full disk), going on would train for nobody. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#verdict = { type: 'failed', error: ConvolabError.from(thrown).toJSON() };
      this.#worker.kill();
    }
  }

  #take(message: FromWorker): void {
    if (this.#verdict !== null) return;
    switch (message.type) {
      case 'ready':
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
    if (!owned) this.#worker.kill();
    this.#options.changed();
  }

  #takeEvaluations({ epoch, step, seconds, evaluations }: Extract<FromWorker, { type: 'evaluated' }>): void {
    const { store, changed } = this.#options;
    store.transaction(() => {
      for (const { split, count, correct, loss, accuracy, confusion } of evaluations) {
        const metrics = { loss: loss ?? Number.NaN, accuracy };
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
    this.#options.changed();
  }

  #end(exit: WorkerExit): void {
    clearTimeout(this.#patience);
    if (exit.errors !== '') this.#log.write('error', exit.errors);
    this.#conclude(exit);
  }

  /** Where the store cannot be written now (a full disk), it is tried again until there is room or nobody waits. */
  #conclude(exit: WorkerExit): void {
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
      this.#log.write('info', outcomes[verdict.outcome]);
      runs.transition(this.run, verdict.outcome);
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
