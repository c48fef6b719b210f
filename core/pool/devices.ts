import { availableParallelism } from 'node:os';
import { asksForGpu, type ChosenDevice, devicesFor, leasedDevice } from '../backends/choice.ts';
import { knownAdapters, longFreshMs, type Survey } from '../backends/webgpu/adapters.ts';
import type { DeviceShare } from '../store/leases.ts';

/** Images that one thread carries through the network at a time. */
const slice = 16;

export interface DeviceOptions {
  /** Threads of every run; by default as many as its batches can use. */
  readonly threads?: number | undefined;
  /** Cores to share out; by default all. */
  readonly cores?: number | undefined;
  /** What is known of the GPUs; it is asked often, and has to remember. */
  readonly survey?: (() => Promise<Survey>) | undefined;
  /** More, or something else, became known. */
  readonly learned: () => void;
}

/** What this machine has to give: the CPU by cores, every GPU whole. */
export class Devices {
  readonly #options: DeviceOptions;
  readonly #cores: number;
  #survey: Survey | null = null;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#cores = options.cores ?? availableParallelism();
  }

  /**
   * Devices that a choice may come to, the best first; `null` while the drivers are still being asked.
   * @throws `device.unavailable`
   */
  candidates(choice: string): readonly ChosenDevice[] | null {
    if (asksForGpu(choice)) this.#look();
    else return devicesFor(choice, { adapters: [], absence: null });
    return this.#survey && devicesFor(choice, this.#survey);
  }

  /**
   * What a run takes of a device. The CPU is shared by cores: as many as the batches can keep busy, or an equal share
   * where `slots` runs are to fit side by side.
   */
  share(device: ChosenDevice, batchSize: number, slots: number | null): DeviceShare {
    const name = leasedDevice(device);
    if (name !== 'cpu') return { device: name, share: 1, capacity: 1 };
    const useful = Math.ceil(batchSize / slice);
    const equal = slots === null ? this.#cores : Math.floor(this.#cores / slots);
    const wanted = this.#options.threads ?? Math.min(useful, Math.max(1, equal));
    // More runs than cores, where that is asked for: a thread each, which take turns.
    return {
      device: name,
      share: Math.min(this.#cores, wanted),
      capacity: Math.max(this.#cores, slots ?? 0),
    };
  }

  /** Takes over what is known of the GPUs: asked for at every look for waiting runs. */
  #look(): void {
    const { survey = () => knownAdapters(longFreshMs), learned } = this.#options;
    void survey().then((found) => {
      if (found === this.#survey) return;
      const isNews = JSON.stringify(found) !== JSON.stringify(this.#survey);
      this.#survey = found;
      if (isNews) learned();
    });
  }
}
