import { availableParallelism } from 'node:os';
import { leasedDevice } from '../backends/device.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { DeviceShare } from '../store/leases.ts';
import type { Owner } from '../store/owners.ts';
import type { Claim, WaitingRun } from '../store/queue.ts';
import type { Store } from '../store/store.ts';
import type { RunConfig } from '../train/experiment.ts';
import { ActiveRun } from './active-run.ts';

/** Milliseconds between two heartbeats, and two looks for engines that are gone. */
const beatEvery = 5000;
/** A worker that has not checkpointed by then is ended; its run reads `interrupted` and can be resumed. */
const closePatienceMs = 20_000;
/** Images that one thread carries through the network at a time. */
const slice = 16;

export interface PoolOptions {
  readonly store: Store;
  /** Threads per run; by default as many as its batches can use. */
  readonly threads?: number | undefined;
  /** Something of the runs was written. */
  readonly changed: () => void;
}

/**
 * Gives waiting runs their devices, in the queue's order, one worker process each. Any number of engines may do so on
 * one store: claims and leases are transactions there.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #active = new Map<string, ActiveRun>();
  readonly #threads: number | undefined;
  #owner: Owner;
  readonly #timer: NodeJS.Timeout;
  #closing = false;
  #emptied: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#threads = options.threads;
    this.#owner = options.store.owners.register();
    this.#timer = setInterval(() => this.#beat(), beatEvery);
    this.#timer.unref();
  }

  /** Runs in this engine's workers. */
  get active(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** Resident bytes of the workers. */
  get memoryBytes(): number {
    return [...this.#active.values()].reduce((sum, { usage }) => sum + usage.memoryBytes, 0);
  }

  /** Cores that the workers keep busy. */
  get cpuCores(): number {
    return [...this.#active.values()].reduce((sum, { usage }) => sum + usage.cores, 0);
  }

  /** Process id of a run's worker. */
  workerPid(run: string): number | undefined {
    return this.#active.get(run)?.pid;
  }

  /** Looks at the store: starts what can start, and passes on what was asked of the runs here. */
  look(): void {
    if (this.#closing) return;
    const { store } = this.#options;
    for (const { run, request } of store.runs.requests(this.#owner)) this.#active.get(run)?.request(request);
    const waits = store.queue.list().some(({ status }) => status === 'queued');
    if (waits) this.#claimAll();
  }

  /** Checkpoints what runs and leaves it paused; every worker is gone when this resolves. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    for (const run of this.#active.values()) run.request('pause');
    const impatience = setTimeout(() => this.kill(), closePatienceMs);
    await this.#empty();
    clearTimeout(impatience);
    this.#options.store.owners.remove(this.#owner);
  }

  /** Ends every worker at once; what was not checkpointed is trained again on resuming. */
  kill(): void {
    for (const run of this.#active.values()) run.kill();
  }

  #claimAll(): void {
    const { store } = this.#options;
    if (!store.owners.beat(this.#owner)) this.#owner = store.owners.register();
    for (;;) {
      const claim = store.queue.claim(this.#owner, (run) => this.#share(run));
      if (claim === undefined) return;
      this.#start(claim);
    }
  }

  #start({ run, lease }: Claim): void {
    const { store, changed } = this.#options;
    const threads = this.#threads ?? lease.share;
    const ended = () => this.#ended(run);
    try {
      const active = new ActiveRun({ store, owner: this.#owner, run, lease, threads, changed, ended });
      this.#active.set(run, active);
    } catch (thrown) {
      store.leases.release(lease);
      store.runs.transition(run, 'failed', ConvolabError.from(thrown).toJSON());
    }
    changed();
  }

  /** The CPU is shared by cores: a run takes as many as its batches can keep busy. A GPU is taken whole. */
  #share({ backend, config }: WaitingRun): DeviceShare {
    const device = leasedDevice(backend);
    if (device !== 'cpu') return { device, share: 1, capacity: 1 };
    const cores = availableParallelism();
    const useful = Math.ceil((config as RunConfig).train.batchSize / slice);
    return { device, share: Math.min(cores, this.#threads ?? useful), capacity: cores };
  }

  #ended(run: string): void {
    this.#active.delete(run);
    this.#options.changed();
    if (this.#active.size === 0) this.#emptied?.();
    this.look();
  }

  #empty(): Promise<void> {
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }

  #beat(): void {
    const { store } = this.#options;
    if (this.#active.size > 0) store.owners.beat(this.#owner);
    const entries = store.queue.list();
    if (entries.length > this.#active.size && store.reclaim().length > 0) this.#options.changed();
    this.look();
  }
}
