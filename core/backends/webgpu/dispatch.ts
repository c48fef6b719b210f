import type { Moment } from '../../kernels/kernel.ts';
import type { Gpu } from './device.ts';
import {
  type Binding,
  batchRecordBytes,
  header,
  type Place,
  type Shader,
  type Workgroups,
} from './shader.ts';

/** A shader ready to run: compiled, its buffers bound. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly buffers: GPUBindGroup;
  readonly workgroups: Workgroups;
}

/** A part of a buffer; `size` in bytes. */
export interface BufferPart {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Where the operands of a shader lie. */
export type Resolve = (place: Place) => BufferPart;

/** What every step needs besides its operands: the records of its batches, and the fault. */
export class StepContext {
  readonly gpu: Gpu;
  readonly records: GPUBuffer;
  readonly fault: GPUBuffer;
  readonly #layout: GPUBindGroupLayout;
  readonly #group: GPUBindGroup;

  private constructor(gpu: Gpu, records: GPUBuffer, fault: GPUBuffer) {
    this.gpu = gpu;
    this.records = records;
    this.fault = fault;
    this.#layout = gpu.bindGroupLayout('step', [
      { type: 'uniform', hasDynamicOffset: true, minBindingSize: 48 },
      { type: 'storage' },
    ]);
    this.#group = gpu.device.createBindGroup({
      label: 'step',
      layout: this.#layout,
      entries: [
        { binding: 0, resource: { buffer: records, size: batchRecordBytes } },
        { binding: 1, resource: { buffer: fault } },
      ],
    });
  }

  /** @param steps that a submit may hold */
  static async create(gpu: Gpu, steps: number): Promise<StepContext> {
    return gpu.guarded('the records of steps', () => {
      const records = gpu.uniform('records of steps', steps * batchRecordBytes);
      return new StepContext(gpu, records, gpu.storage('fault', 4));
    });
  }

  /** Compiles a shader and binds its operands. @param operation number in a fault @throws as `Gpu.guarded` */
  async prepare(label: string, shader: Shader, resolve: Resolve, operation = 0): Promise<Dispatch> {
    const { gpu } = this;
    const parts = shader.bindings.map(({ place }) => resolve(place));
    const bindings = reconcile(shader.bindings, parts);
    const layout = await gpu.guarded(label, () => gpu.bindGroupLayout(label, bindings.map(layoutOf)));
    const code = header(bindings, operation, gpu.subgroups) + shader.code;
    const [pipeline, buffers] = await Promise.all([
      gpu.pipeline(label, code, [this.#layout, layout]),
      gpu.guarded(label, () => {
        const entries = parts.map((resource, binding) => ({ binding, resource }));
        return gpu.device.createBindGroup({ label, layout, entries });
      }),
    ]);
    return { label, pipeline, buffers, workgroups: shader.workgroups };
  }

  /** Encodes the dispatches of a step whose record lies in the given slot. */
  encode(pass: GPUComputePassEncoder, slot: number, dispatches: readonly Dispatch[]): void {
    pass.setBindGroup(0, this.#group, [slot * batchRecordBytes]);
    for (const { pipeline, buffers, workgroups } of dispatches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(1, buffers);
      pass.dispatchWorkgroups(...workgroups);
    }
    this.gpu.traffic.dispatches += dispatches.length;
  }

  destroy(): void {
    this.records.destroy();
    this.fault.destroy();
  }
}

/** A buffer that a dispatch writes in one place cannot be bound for reading alone in another. */
function reconcile(bindings: readonly Binding[], parts: readonly BufferPart[]): Binding[] {
  const written = new Set(
    parts.filter((_, i) => bindings[i]?.access === 'read_write').map(({ buffer }) => buffer),
  );
  return bindings.map((binding, i) =>
    written.has((parts[i] as BufferPart).buffer) ? { ...binding, access: 'read_write' as const } : binding,
  );
}

const layoutOf = ({ access }: Binding): GPUBufferBindingLayout => ({
  type: access === 'read' ? 'read-only-storage' : 'storage',
});

/** The batch of one step, as `header` declares it. */
export interface BatchRecord {
  readonly index: number;
  readonly count: number;
  readonly first: number;
  readonly rate: number;
  /** Of the update (`update.ts`). */
  readonly corrections?: readonly [number, number, number];
  /** Of a training step; null in evaluation. */
  readonly moment: Moment | null;
}

/** The bytes of consecutive records, each at a multiple of what a uniform's offset may be. */
export function packRecords(records: readonly BatchRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * batchRecordBytes);
  const view = new DataView(bytes.buffer);
  records.forEach(({ index, count, first, rate, moment, corrections = [] }, i) => {
    const at = i * batchRecordBytes;
    const { seed, step } = moment ?? { seed: 0, step: 0 };
    view.setUint32(at, index, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, first, true);
    view.setUint32(at + 12, moment ? 1 : 0, true);
    view.setFloat32(at + 16, rate, true);
    view.setUint32(at + 20, step >>> 0, true);
    view.setUint32(at + 24, seed >>> 0, true);
    view.setUint32(at + 28, Math.floor(seed / 2 ** 32) >>> 0, true);
    corrections.forEach((value, k) => {
      view.setFloat32(at + 32 + 4 * k, value, true);
    });
  });
  return bytes;
}
