import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { kernels } from '../../kernels/index.ts';
import type { Kernel, Operand, Shape } from '../../kernels/kernel.ts';
import { operandAt, sampleShape, wholeShape } from '../../kernels/operands.ts';
import { elements, formatShape } from '../../kernels/shape.ts';
import type { HostTensor, SingleCall } from '../backend.ts';
import type { Gpu } from './device.ts';
import { type BufferPart, packRecords, StepContext } from './dispatch.ts';
import type { Extents } from './kernels/gemm.ts';
import { families } from './kernels/index.ts';
import { partPitch } from './kernels/partials.ts';
import { singleUpdate, updates } from './kernels/single-update.ts';
import { addPartials, sumsTable, tableRow } from './kernels/sums.ts';
import { roomOf, toImagesInnermost, toImagesOutermost } from './layout.ts';
import { noFault, type PartialSums, type Place, pitchOf, type Shader, type Tensor } from './shader.ts';
import type { TileBook } from './tile-book.ts';

/** Elements behind every operand that are watched. */
const guard = 64;
/** Stands in outputs and guards before the call; no case comes out at it. */
const sentinel = Math.fround(-7.7777777e27);

/** Names of what runs alone: the kernels of plans, and the updates. */
export const singleKernels: ReadonlySet<string> = new Set([...families.keys(), ...updates]);

/**
 * Runs one kernel on operands in buffers of their own, with guards behind them. A write before the start of a buffer
 * wraps around, and WebGPU keeps it inside by moving it to the end, which is in the guard.
 * @throws `backend.unsupported` for an unknown kernel; `internal` where it wrote outside its operands, or left an element
 *   unwritten
 */
export async function runSingle(gpu: Gpu, tiles: TileBook, call: SingleCall): Promise<HostTensor[]> {
  const kernel = kernels.get(call.kernel);
  if (!kernel || !singleKernels.has(call.kernel)) {
    throw new ConvolabError('backend.unsupported', `The GPU backend has no kernel ${call.kernel}.`, {
      subject: call.kernel,
    });
  }
  const context = await StepContext.create(gpu, 1);
  const run = new SingleRun(gpu, tiles, context, kernel, call);
  try {
    return await run.run();
  } finally {
    run.destroy();
    context.destroy();
  }
}

/** An operand in its buffer, with the guard behind it. */
interface Held {
  readonly operand: Operand;
  readonly shape: Shape;
  readonly part: BufferPart;
  /** Elements that the kernel may write. */
  readonly own: number;
}

class SingleRun {
  readonly #gpu: Gpu;
  readonly #tiles: TileBook;
  readonly #context: StepContext;
  readonly #kernel: Kernel;
  readonly #call: SingleCall;
  readonly #pitch: number;
  /** Names what is made, in errors. */
  readonly #label: string;
  readonly #places = new Map<string, BufferPart>();
  readonly #buffers: GPUBuffer[] = [];
  #corrections: readonly [number, number, number] = [1, 1, 0];

  constructor(gpu: Gpu, tiles: TileBook, context: StepContext, kernel: Kernel, call: SingleCall) {
    this.#gpu = gpu;
    this.#tiles = tiles;
    this.#context = context;
    this.#kernel = kernel;
    this.#call = call;
    this.#pitch = pitchOf(call.batch);
    const shapes = call.inputs.map((tensor) => (tensor ? formatShape(tensor.shape) : 'none'));
    this.#label = `${kernel.name} on ${shapes.join(', ')}`;
  }

  async run(): Promise<HostTensor[]> {
    const { attributes, batch, moment } = this.#call;
    const { shaders, outputs } = await this.#gpu.guarded(this.#label, () => this.#prepare());
    const dispatches = await Promise.all(
      shaders.map((shader) => this.#context.prepare(this.#label, shader, (place) => this.#resolve(place))),
    );
    const { rate = 0 } = z.object({ rate: z.number().optional() }).parse(attributes);
    const record = {
      index: 0,
      count: batch,
      first: 0,
      moment: moment ?? null,
      rate,
      corrections: this.#corrections,
    };
    this.#gpu.write(this.#context.records, 0, packRecords([record]));
    this.#gpu.write(this.#context.fault, 0, Uint32Array.of(noFault));
    await this.#gpu.guarded(this.#label, () => {
      const encoder = this.#gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.#context.encode(pass, 0, dispatches);
      pass.end();
      this.#gpu.submit(encoder.finish());
    });
    return Promise.all(outputs.map((held) => this.#result(held)));
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #prepare(): { shaders: readonly Shader[]; outputs: readonly Held[] } {
    const { attributes, inputs } = this.#call;
    const parsed = this.#kernel.attributes.parse(attributes);
    const shapes = inputs.map((tensor, i) => tensor && sampleShape(this.#input(i), tensor.shape));
    if (updates.has(this.#kernel.name)) return this.#prepareUpdate(shapes);
    const held = shapes.map((shape, i) => shape && this.#hold(this.#input(i), shape, inputs[i] ?? null));
    const outputs = this.#kernel
      .shapes(shapes, parsed)
      .map((shape, i) => this.#hold(operandAt(this.#kernel.outputs, i), shape, null));
    const tensors = (some: readonly (Held | null)[], from: number) =>
      some.map((one, i) => one && this.#tensor(one, from + i));
    const site = {
      attributes: parsed,
      inputs: tensors(held, 0),
      outputs: tensors(outputs, held.length),
      pitch: this.#pitch,
      subgroups: this.#gpu.subgroups,
      chooseTile: (extents: Extents) => this.#tiles.choose({ kernel: this.#kernel.name, extents }),
    };
    const { shaders = [], sums = [] } = families.get(this.#kernel.name)?.(site) ?? {};
    return { shaders: [...shaders, ...sums.map((sum) => this.#addUp(sum))], outputs };
  }

  /** An update works in place: what it writes are inputs. */
  #prepareUpdate(shapes: readonly (Shape | null)[]): { shaders: Shader[]; outputs: Held[] } {
    const held = shapes.map((shape, i) =>
      this.#hold(this.#input(i), shape ?? [], this.#call.inputs[i] ?? null),
    );
    const update = singleUpdate(this.#kernel.name, this.#call.attributes);
    const room = roomOf(Math.max(...held.map(({ own }) => own)));
    update.inputs.forEach((all, i) => {
      const { part } = held[i] as Held;
      this.#places.set(key({ all }), part);
    });
    for (const all of ['gradients', 'state0'] as const) {
      if (!update.inputs.includes(all)) this.#places.set(key({ all }), this.#buffer(all, room));
    }
    this.#corrections = update.corrections;
    const rules = update.rules(room);
    const part = this.#buffer('rules', rules.length);
    this.#gpu.write(part.buffer, 0, rules);
    this.#places.set(key({ all: 'rules' }), part);
    return { shaders: [update.shader(room)], outputs: update.written.map((i) => held[i] as Held) };
  }

  /** Adds up a gradient that was made in parts. */
  #addUp(sum: PartialSums): Shader {
    const places = {
      partials: { partials: sum.gradient },
      gradients: { gradient: sum.gradient },
      table: { sumsTable: sum.gradient },
    };
    const table = sumsTable([{ ...sum, operation: 0, from: 0, to: 0 }]);
    const rows = this.#buffer('table of sums', table.length);
    this.#gpu.write(rows.buffer, 0, table);
    this.#places.set(key(places.table), rows);
    this.#places.set(key(places.partials), this.#buffer('parts', partPitch(sum.count) * sum.parts));
    return addPartials(table.length / tableRow, places);
  }

  #input = (position: number): Operand => operandAt(this.#kernel.inputs, position);

  /** Puts an operand on the device; one without data is an output, full of sentinels. */
  #hold(operand: Operand, shape: Shape, given: HostTensor | null): Held {
    const inPlace = updates.has(this.#kernel.name);
    const count = partPitch(elements(shape));
    const own = shared(operand) ? (inPlace ? roomOf(count) : count) : elements(shape) * this.#pitch;
    const size = own + guard;
    const contents = new Float32Array(size).fill(sentinel);
    if (given) {
      const data = shared(operand)
        ? given.data
        : toImagesInnermost(given.data, this.#call.batch, this.#pitch);
      contents.fill(0, 0, own).set(data);
    }
    const part = this.#buffer(operand.name, size);
    const labels = operand.role === 'target' && shape.length === 0;
    this.#gpu.write(part.buffer, 0, labels ? Int32Array.from(contents) : contents);
    return { operand, shape, part, own };
  }

  #tensor({ operand, shape, part }: Held, index: number): Tensor {
    const place: Place = operand.role === 'gradient' ? { gradient: index } : { value: index };
    this.#places.set(key(place), part);
    return { place, shape };
  }

  #buffer(name: string, count: number): BufferPart {
    const buffer = this.#gpu.storage(`${name} of ${this.#label}`, 4 * count);
    this.#buffers.push(buffer);
    return { buffer, offset: 0, size: 4 * count };
  }

  #resolve(place: Place): BufferPart {
    const part = this.#places.get(key(place));
    if (!part) throw new RangeError(`${this.#label} has no ${key(place)}`);
    return part;
  }

  async #result({ operand, shape, part, own }: Held): Promise<HostTensor> {
    const { buffer, offset, size } = part;
    const [bytes = new ArrayBuffer(0)] = await this.#gpu.read([{ buffer, offset, bytes: size }]);
    const all = new Float32Array(bytes);
    const written = all.subarray(0, own);
    const { batch } = this.#call;
    const data = shared(operand)
      ? written.slice(0, elements(shape))
      : toImagesOutermost(written, batch, this.#pitch);
    const fault = all.subarray(own).every((value) => value === sentinel)
      ? data.includes(sentinel) && `left an element of ${operand.name} unwritten`
      : `wrote outside ${operand.name}`;
    if (fault) {
      throw new ConvolabError('internal', `${this.#label} ${fault}.`, { subject: this.#kernel.name });
    }
    return { shape: wholeShape(operand, shape, batch), data };
  }
}

const key = (place: Place): string => JSON.stringify(place);

/** Without the batch: a parameter or its gradient. */
const shared = ({ role }: Operand): boolean => role === 'parameter' || role === 'gradient';
