import { ConvolabError } from '../../contract/errors.ts';
import { bufferUse, computeStage, mapRead } from './dawn.ts';
import { unhurried } from './waiting.ts';

/** What went to and came from the device since it was opened: what a step costs beside its arithmetic. */
export interface Traffic {
  dispatches: number;
  submits: number;
  bytesSent: number;
  bytesRead: number;
}

const noRoom = 'Use a smaller batch, a smaller network, or the CPU.';

/** Limits that are asked for as the adapter has them; the others stay at WebGPU's defaults. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

export type Limits = Readonly<Record<(typeof wantedLimits)[number], number>>;

/** Features that are used where the adapter has them. */
const wantedFeatures: readonly GPUFeatureName[] = ['subgroups'];

/** Less than an adapter has, as another one might have it. */
export interface Restrictions {
  readonly limits?: Partial<Limits>;
  readonly without?: readonly GPUFeatureName[];
}

/**
 * An opened GPU. Every object made through it stands between error scopes, so that a failure names what was being made;
 * after the device is lost, every answer is `device.lost`, never a number.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** What is kept to; never more than the device has. */
  readonly limits: Limits;
  readonly traffic: Traffic = { dispatches: 0, submits: 0, bytesSent: 0, bytesRead: 0 };
  /** Dawn lives, and keeps the process alive, as long as this is held. */
  instance: GPU | undefined;
  #failure: ConvolabError | undefined;

  constructor(instance: GPU, device: GPUDevice, info: GPUAdapterInfo, lower: Partial<Limits> = {}) {
    this.instance = instance;
    this.device = device;
    this.info = info;
    this.limits = limitsOf((name) => Math.min(device.limits[name], lower[name] ?? Number.POSITIVE_INFINITY));
    void device.lost.then(({ message }) => {
      this.#failure ??= lost(this.name, message);
    });
    device.addEventListener('uncapturederror', (event) => {
      this.#failure ??= asConvolabError(event.error, this.name);
    });
  }

  get name(): string {
    return this.info.description || this.info.device || this.info.vendor || 'GPU';
  }

  /** Whether the lanes of a subgroup can add up among themselves, and tell which subgroup they are. */
  get subgroups(): boolean {
    const known = this.instance?.wgslLanguageFeatures.has('subgroup_id') ?? false;
    return known && this.device.features.has('subgroups');
  }

  /** @throws what befell the device, if anything did */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /**
   * Makes objects of the device between error scopes.
   * @param what names the kernel and its shapes
   * @throws `memory.exhausted` where there is no room, `device.lost`, `internal` for what Dawn refuses
   */
  async guarded<T>(what: string, make: () => T): Promise<T> {
    this.check();
    for (const filter of ['internal', 'out-of-memory', 'validation'] as const) {
      this.device.pushErrorScope(filter);
    }
    let made: T;
    const errors: Promise<GPUError | null>[] = [];
    try {
      made = make();
    } finally {
      for (let i = 0; i < 3; i++) errors.push(this.device.popErrorScope());
    }
    for (const error of await this.#answer(Promise.all(errors))) {
      if (error) throw asConvolabError(error, what);
    }
    return made;
  }

  /** A buffer that kernels read and write. */
  storage(label: string, bytes: number): GPUBuffer {
    const { storage, copySource, copyTarget } = bufferUse;
    return this.#buffer(label, bytes, storage | copySource | copyTarget);
  }

  uniform(label: string, bytes: number): GPUBuffer {
    return this.#buffer(label, bytes, bufferUse.uniform | bufferUse.copyTarget);
  }

  #buffer(label: string, bytes: number, usage: number): GPUBuffer {
    const size = Math.max(4, Math.ceil(bytes / 4) * 4);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.limits;
    const binding = usage & bufferUse.storage ? maxStorageBufferBindingSize : Number.POSITIVE_INFINITY;
    const limit = Math.min(maxBufferSize, binding);
    if (size > limit) throw tooLarge(label, size, limit);
    return this.device.createBuffer({ label, size, usage });
  }

  /** Compiles a shader whose entry point is `main`. @throws as `guarded` */
  async pipeline(
    label: string,
    code: string,
    layouts: readonly GPUBindGroupLayout[],
  ): Promise<GPUComputePipeline> {
    const { device } = this;
    const { module, layout } = await this.guarded(label, () => ({
      module: device.createShaderModule({ label, code }),
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [...layouts] }),
    }));
    const compute = { module, entryPoint: 'main' };
    return this.#answer(device.createComputePipelineAsync({ label, layout, compute }), label);
  }

  bindGroupLayout(label: string, bindings: readonly GPUBufferBindingLayout[]): GPUBindGroupLayout {
    const entries = bindings.map((buffer, binding) => ({ binding, visibility: computeStage, buffer }));
    return this.device.createBindGroupLayout({ label, entries });
  }

  write(buffer: GPUBuffer, offset: number, data: Float32Array | Uint32Array | Int32Array | Uint8Array): void {
    this.check();
    this.traffic.bytesSent += data.byteLength;
    this.device.queue.writeBuffer(buffer, offset, data as GPUAllowSharedBufferSource);
  }

  submit(commands: GPUCommandBuffer): void {
    this.check();
    this.traffic.submits++;
    this.device.queue.submit([commands]);
  }

  /** Resolves when everything submitted so far is done. */
  async finished(): Promise<void> {
    await this.#answer(this.device.queue.onSubmittedWorkDone());
    this.check();
  }

  /** Copies parts of buffers back, after all that was submitted before; bytes of each part, in order. */
  async read(parts: readonly { buffer: GPUBuffer; offset: number; bytes: number }[]): Promise<ArrayBuffer[]> {
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total === 0) return parts.map(() => new ArrayBuffer(0));
    const label = 'read-back';
    const staging = await this.guarded(label, () =>
      this.#buffer(label, total, bufferUse.mapRead | bufferUse.copyTarget),
    );
    try {
      await this.guarded(label, () => {
        const encoder = this.device.createCommandEncoder({ label });
        let at = 0;
        for (const { buffer, offset, bytes } of parts) {
          encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes);
          at += bytes;
        }
        this.submit(encoder.finish());
      });
      await this.#answer(staging.mapAsync(mapRead));
      this.check();
      this.traffic.bytesRead += total;
      const mapped = staging.getMappedRange();
      let end = 0;
      return parts.map(({ bytes }) => {
        end += bytes;
        return mapped.slice(end - bytes, end);
      });
    } finally {
      staging.destroy();
    }
  }

  /** Ends all work; the process may exit after it. */
  close(): void {
    this.#failure ??= lost(this.name, 'it was closed');
    this.device.destroy();
    this.instance = undefined;
  }

  async #answer<T>(promise: Promise<T>, what = this.name): Promise<T> {
    try {
      return await unhurried(promise);
    } catch (thrown) {
      // A lost device rejects what was asked of it a little before it says so.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.check();
      throw asConvolabError(thrown, what);
    }
  }
}

const limitsOf = (value: (name: keyof Limits) => number): Limits =>
  Object.fromEntries(wantedLimits.map((name) => [name, value(name)])) as Limits;

/**
 * Opens an adapter with the limits and features it really has, or with less.
 * @throws `device.unavailable` where the driver refuses
 */
export async function openGpu(
  instance: GPU,
  adapter: GPUAdapter,
  { limits, without = [] }: Restrictions = {},
): Promise<Gpu> {
  const requiredLimits = limitsOf((name) => adapter.limits[name]);
  const requiredFeatures = wantedFeatures.filter(
    (name) => adapter.features.has(name) && !without.includes(name),
  );
  try {
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
    return new Gpu(instance, device, adapter.info, limits);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Update the graphics driver, or train on the CPU.';
    throw new ConvolabError('device.unavailable', `The GPU cannot be opened: ${reason}`, { hint }, { cause });
  }
}

function lost(name: string, reason: string): ConvolabError {
  return new ConvolabError('device.lost', `The GPU was lost: ${reason}.`, {
    subject: name,
    hint: 'Resume the run from its last checkpoint, on the GPU or on the CPU.',
  });
}

function tooLarge(what: string, bytes: number, limit: number): ConvolabError {
  const sizes = `${Math.ceil(bytes / 2 ** 20)} MB, of which this GPU takes ${Math.floor(limit / 2 ** 20)} at once`;
  return new ConvolabError('memory.exhausted', `${what} needs ${sizes}.`, { subject: what, hint: noRoom });
}

/** GPUError or exception, as an error of the contract that says what was being made. */
function asConvolabError(thrown: unknown, what: string): ConvolabError {
  if (thrown instanceof ConvolabError) return thrown;
  const kind = (thrown as object | null)?.constructor.name ?? '';
  const message = (thrown as { message?: string } | null)?.message ?? String(thrown);
  if (kind === 'GPUOutOfMemoryError') {
    const text = `The GPU has no room for ${what}.`;
    return new ConvolabError('memory.exhausted', text, { subject: what, hint: noRoom });
  }
  const text = `The GPU refused ${what}: ${message}`;
  return new ConvolabError('internal', text, { subject: what }, { cause: thrown });
}
