import type { Moment } from '../../kernels/kernel.ts';
import type { CompiledPlan } from './compiled.ts';
import { type BatchRecord, type Dispatch, packRecords } from './dispatch.ts';
import type { Feed } from './feed.ts';
import type { KeptOutputs } from './kept-outputs.ts';
import { corrections } from './kernels/update.ts';
import { layerOf } from './lower.ts';
import { samplesAtOnce, stepsAtOnce } from './memory.ts';
import { SubmitPace, stepsInSubmit } from './pace.ts';
import { faultRadix, noFault } from './shader.ts';

/** The consecutive steps of a request. */
export interface Course {
  readonly feed: Feed;
  readonly dispatches: readonly Dispatch[];
  readonly epoch: number;
  readonly indices: Uint32Array;
  readonly batchSize: number;
  readonly rate: (step: number) => number;
  readonly moment: (step: number) => Moment | null;
  /** Takes the network's output of every step, one after the other. */
  readonly outputs?: KeptOutputs | null;
}

/** What steps came to. */
export interface Tally {
  /** Of each step: the sum of its losses, and its right answers. */
  readonly sums: readonly (readonly [lossSum: number, correct: number])[];
  /** The first result that was not finite, if one was. */
  readonly fault: { readonly step: number; readonly layer: string } | null;
}

/** A part of a request: its first step and sample, and samples at most. */
export interface Segment {
  readonly step: number;
  readonly sample: number;
  readonly samples: number;
}

/** Cuts a request into what fits into the buffers for its order, its predictions and its tallies. */
export function segmentsOf(steps: number, batchSize: number, most = stepsAtOnce): Segment[] {
  const each = Math.max(1, Math.min(most, stepsAtOnce, Math.floor(samplesAtOnce / batchSize)));
  return Array.from({ length: Math.ceil(steps / each) }, (_, i) => ({
    step: i * each,
    sample: i * each * batchSize,
    samples: each * batchSize,
  }));
}

/** Runs the steps of one program. */
export class StepRunner {
  readonly #of: CompiledPlan;
  readonly #pace = new SubmitPace();

  constructor(of: CompiledPlan) {
    this.#of = of;
  }

  /** Runs steps, many per submit, and reads back what they came to. */
  async run(course: Course): Promise<Tally> {
    const { gpu, context, memory } = this.#of;
    const { indices, batchSize, feed } = course;
    const steps = Math.ceil(indices.length / batchSize);
    const atOnce = Math.min(stepsInSubmit, Math.max(1, Math.floor(feed.atOnce / batchSize)));
    gpu.write(context.fault, 0, Uint32Array.of(noFault));
    for (let step = 0; step < steps; ) {
      const count = this.#pace.next(steps - step, atOnce);
      await this.#submit(course, step, count);
      await this.#pace.submitted(count, gpu.finished());
      step += count;
    }
    await this.#pace.drained();
    const [tallies = new ArrayBuffer(0), fault = new ArrayBuffer(4)] = await gpu.read([
      { buffer: memory.buffer('tallies'), offset: 0, bytes: 8 * steps },
      { buffer: context.fault, offset: 0, bytes: 4 },
    ]);
    const numbers = new Float32Array(tallies);
    return {
      sums: Array.from({ length: steps }, (_, i) => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0]),
      fault: this.#faultOf(new Uint32Array(fault)[0] ?? noFault),
    };
  }

  #faultOf(code: number): Tally['fault'] {
    if (code === noFault) return null;
    return { step: Math.floor(code / faultRadix), layer: layerOf(this.#of.lowered, code % faultRadix) };
  }

  async #submit(course: Course, from: number, count: number): Promise<void> {
    const { gpu, memory, options } = this.#of;
    const { indices, batchSize, feed, epoch, dispatches, outputs } = course;
    const records = Array.from({ length: count }, (_, i): BatchRecord => {
      const index = from + i;
      const first = index * batchSize;
      const moment = course.moment(index);
      return {
        index,
        first,
        count: Math.min(batchSize, indices.length - first),
        rate: course.rate(index),
        moment,
        ...(moment && { corrections: corrections(options, moment.step + 1) }),
      };
    });
    const chosen = indices.subarray(from * batchSize, (from + count) * batchSize);
    gpu.write(memory.buffer('order'), 4 * from * batchSize, feed.bring(chosen, epoch));
    await this.execute(records, dispatches, outputs);
  }

  /** Submits steps at once, a record for each. */
  async execute(
    records: readonly BatchRecord[],
    dispatches: readonly Dispatch[],
    outputs: KeptOutputs | null = null,
  ): Promise<void> {
    const { gpu, context, plan } = this.#of;
    gpu.write(context.records, 0, packRecords(records));
    await gpu.guarded(`a step of ${plan.name}`, () => {
      const encoder = gpu.device.createCommandEncoder();
      let pass = encoder.beginComputePass();
      records.forEach(({ index }, i) => {
        context.encode(pass, i, dispatches);
        if (!outputs) return;
        pass.end();
        outputs.take(encoder, index);
        pass = encoder.beginComputePass();
      });
      pass.end();
      gpu.submit(encoder.finish());
    });
  }
}
