import type { Gpu } from './device.ts';
import { toImagesOutermost } from './layout.ts';

/** Bytes that are kept until they are read back. */
const bytesAtOnce = 1 << 22;

export interface OutputsOf {
  readonly gpu: Gpu;
  /** For errors. */
  readonly name: string;
  /** Holds the output of a step, [classes][pitch]. */
  readonly output: GPUBuffer;
  readonly classes: number;
  readonly pitch: number;
}

/** Keeps the network's outputs of many steps on the device, so that they come back at once. */
export class KeptOutputs {
  /** That there is room for. */
  readonly steps: number;
  readonly #of: OutputsOf;
  readonly #bytes: number;
  readonly #buffer: GPUBuffer;

  private constructor(of: OutputsOf) {
    this.#of = of;
    this.#bytes = 4 * of.classes * of.pitch;
    this.steps = Math.max(1, Math.floor(bytesAtOnce / this.#bytes));
    this.#buffer = of.gpu.storage(`outputs of ${of.name}`, this.steps * this.#bytes);
  }

  /** @throws `memory.exhausted` */
  static create(of: OutputsOf): Promise<KeptOutputs> {
    return of.gpu.guarded(`the outputs of ${of.name}`, () => new KeptOutputs(of));
  }

  /** Takes the output as it is then. @param step place to keep it in */
  take(encoder: GPUCommandEncoder, step: number): void {
    encoder.copyBufferToBuffer(this.#of.output, 0, this.#buffer, step * this.#bytes, this.#bytes);
  }

  /** Outputs of the steps from the first on, [samples, classes]. */
  async read(samples: number, batchSize: number): Promise<Float32Array> {
    const { gpu, classes, pitch } = this.#of;
    const steps = Math.ceil(samples / batchSize);
    const part = { buffer: this.#buffer, offset: 0, bytes: steps * this.#bytes };
    const [read = new ArrayBuffer(0)] = await gpu.read([part]);
    const outputs = new Float32Array(samples * classes);
    for (let step = 0; step < steps; step++) {
      const own = new Float32Array(read, step * this.#bytes, classes * pitch);
      const count = Math.min(batchSize, samples - step * batchSize);
      outputs.set(toImagesOutermost(own, count, pitch), step * batchSize * classes);
    }
    return outputs;
  }

  destroy(): void {
    this.#buffer.destroy();
  }
}
