import { availableParallelism } from 'node:os';
import { asksForGpu, type ChosenDevice, devicesFor, leasedDevice } from '../backends/choice.ts';
import { knownAdapters, type Survey } from '../backends/webgpu/adapters.ts';
import type { DeviceShare } from '../store/leases.ts';

/** Images that one thread carries through the network at a time. */
const slice = 16;
/** Milliseconds after which what is known of the GPUs is looked at again, when somebody wants one. */
const freshMs = 60_000;

export interface DeviceOptions {
  /** Threads of every run; by default as many as its batches can use. */
  readonly threads?: number | undefined;
  /** Cores to share out; by default all. */
  readonly cores?: number | undefined;
  /** Looks at the GPUs. */
  readonly survey?: (() => Promise<Survey>) | undefined;
  /** More, or something else, became known. */
  readonly learned: () => void;
}

/** What this machine has to give: the CPU by cores, every GPU whole. */
export class Devices {
  readonly #options: DeviceOptions;
  readonly #cores: number;
  #survey: Survey | null = null;
  #looked = Number.NEGATIVE_INFINITY;

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
    return { device: name, share: Math.min(this.#cores, wanted), capacity: this.#cores };
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#looked < freshMs) return;
    this.#looked = now;
    void (this.#options.survey ?? knownAdapters)().then((survey) => {
      if (JSON.stringify(survey) === JSON.stringify(this.#survey)) return;
      this.#survey = survey;
      this.#options.learned();
    });
  }
}
