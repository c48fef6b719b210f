import { type ChosenDevice, leasedDevice } from '../backends/choice.ts';
import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import type { DeviceShare } from '../store/leases.ts';
import type { Owner } from '../store/owners.ts';
import type { Claim, WaitingRun } from '../store/queue.ts';
import type { Store } from '../store/store.ts';
import type { RunConfig } from '../train/experiment.ts';
import { ActiveRun } from './active-run.ts';
import { type DeviceOptions, Devices } from './devices.ts';
import type { RecoveryOptions } from './recovery.ts';
import { workerEntry } from './worker-process.ts';

/** Milliseconds between two heartbeats, and two looks for engines that are gone. */
const beatEvery = 5000;
/** What keeps a store from being written for a while. */
const passing: ReadonlySet<string> = new Set(['disk.full', 'store.busy']);
/** A worker that has not checkpointed by then is ended; its run reads `interrupted` and can be resumed. */
const closePatienceMs = 20_000;
/** Setting: how many runs share the CPU side by side; by default as many as its cores allow when each takes what it can use. */
export const cpuSlotsSetting = 'pool.cpuSlots';

export interface PoolOptions extends Omit<DeviceOptions, 'learned'> {
  readonly store: Store;
  /** Script of the workers. */
  readonly worker?: string;
  readonly recovery?: RecoveryOptions;
  /** Runs that this pool is there for, null while not known; left out, it is there for all. */
  readonly following?: (() => readonly string[] | null) | undefined;
  /** Something of the runs was written. */
  readonly changed: () => void;
}

/** A run that was claimed and could not begin. */
interface Unbegun extends Claim {
  readonly why: ErrorJson;
}

/**
 * Gives waiting runs their devices, in the queue's order, one worker process each. Any number of engines may do so on
 * one store: claims and leases are transactions there.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #active = new Map<string, ActiveRun>();
  /** Until the store has taken down why. */
  #unbegun: readonly Unbegun[] = [];
  readonly #devices: Devices;
  #owner: Owner;
  readonly #timer: NodeJS.Timeout;
  #closing = false;
  #emptied: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#devices = new Devices({ ...options, learned: () => this.look() });
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

  /**
   * Looks at the store: starts what can start, and passes on what was asked of the runs here. Where the store cannot be
   * written now (a full disk, another program that keeps it), the next look, in a few seconds, does what this one could not.
   */
  look(): void {
    if (this.#closing) return;
    const { store } = this.#options;
    whereWritable(() => {
      this.#giveBack();
      for (const { run, request } of store.runs.requests(this.#owner))
        this.#active.get(run)?.request(request);
      const waits = store.queue.list().some(({ status }) => status === 'queued');
      if (waits && !this.#hasServed()) this.#claimAll();
    });
  }

  /** Whether every run that it is there for rests: what it began now would be left paused in a moment. */
  #hasServed(): boolean {
    const runs = this.#options.following?.() ?? null;
    const { store } = this.#options;
    return runs?.every((run) => !['queued', 'running'].includes(store.runs.get(run).status)) ?? false;
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
    for (const run of store.queue.waiting()) this.#refuse(run);
    for (;;) {
      const claim = store.queue.claim(this.#owner, (run) => this.#shares(run));
      if (claim === undefined) return;
      this.#start(claim);
    }
  }

  /** A device that is not there is not waited for: an external GPU, unplugged since the run was queued. */
  #refuse({ id, backend }: WaitingRun): void {
    try {
      this.#devices.candidates(backend);
    } catch (thrown) {
      this.#fail(id, ConvolabError.from(thrown).toJSON());
    }
  }

  #fail(run: string, error: ErrorJson): void {
    const { store, changed } = this.#options;
    store.runs.transition(run, 'failed', error);
    changed();
  }

  #start(claim: Claim): void {
    const { run, lease } = claim;
    const { store, changed, recovery, threads = lease.share, worker = workerEntry } = this.#options;
    const owner = this.#owner;
    const ended = () => this.#ended(run);
    try {
      const device = this.#leased(store.runs.setup(run).backend, lease.device);
      this.#active.set(
        run,
        new ActiveRun({ store, owner, run, lease, device, threads, worker, recovery, changed, ended }),
      );
      changed();
    } catch (thrown) {
      this.#unbegun = [...this.#unbegun, { ...claim, why: ConvolabError.from(thrown).toJSON() }];
      this.#giveBack();
    }
  }

  #giveBack(): void {
    for (const { run, lease, why } of this.#unbegun) {
      this.#options.store.leases.release(lease);
      this.#fail(run, why);
      this.#unbegun = this.#unbegun.filter((one) => one.run !== run);
    }
  }

  #shares({ backend, config }: WaitingRun): DeviceShare[] {
    const { batchSize } = (config as RunConfig).train;
    const slots = cpuSlots(this.#options.store);
    const devices = this.#devices.candidates(backend) ?? [];
    return devices.map((device) => this.#devices.share(device, batchSize, slots));
  }

  /** The one of the devices that a choice may come to which was leased. */
  #leased(choice: string, name: string): ChosenDevice {
    const device = this.#devices.candidates(choice)?.find((one) => leasedDevice(one) === name);
    if (device) return device;
    throw new ConvolabError('device.unavailable', `The device ${name} is gone.`, { subject: name });
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
    whereWritable(() => {
      if (this.#active.size > 0) store.owners.beat(this.#owner);
      const entries = store.queue.list();
      if (entries.length > this.#active.size && store.reclaim().length > 0) this.#options.changed();
    });
    this.look();
  }
}

/** Does what it can: nobody would hear of a store that cannot be written from somebody who looks at it unasked. */
function whereWritable(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof ConvolabError && passing.has(thrown.code))) throw thrown;
  }
}

/** `null` where nothing sensible is set. */
function cpuSlots(store: Store): number | null {
  const value = store.settings.all()[cpuSlotsSetting];
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : null;
}
