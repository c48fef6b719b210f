import type { Plan } from '../../graph/plan.ts';
import { statesOf } from '../../kernels/optimizers/index.ts';
import { elements } from '../../kernels/shape.ts';
import type { ProgramState } from '../backend.ts';
import { classesOf, invalid } from '../requests.ts';
import type { Gpu } from './device.ts';
import type { BufferPart } from './dispatch.ts';
import { clipParts } from './kernels/clip.ts';
import { partPitch } from './kernels/partials.ts';
import { type OperationSums, type PlacedSums, sumsTable } from './kernels/sums.ts';
import { rulesOf, stateCollections, type UpdateOptions } from './kernels/update.ts';
import { type Layout, layOut, roomOf } from './layout.ts';
import { type LoweredPlan, wholeStep } from './lower.ts';
import type { PartialSums, Place } from './shader.ts';
import { assignSlots, type Slots } from './slots.ts';

/** Samples of a request that are ordered, and predicted, in one go; larger requests are cut up. */
export const samplesAtOnce = 1 << 18;
/** Steps whose tallies are kept until they are read back. */
export const stepsAtOnce = 1 << 12;

/** The buffers of one program but those of data sets. */
export class ProgramMemory {
  readonly parameters: Layout;
  readonly bytes: number;
  /** Numbers of `addPartials`, empty where no gradient is made in parts. */
  readonly sumsTable: Uint32Array;
  readonly #plan: Plan;
  readonly #gpu: Gpu;
  readonly #pitch: number;
  readonly #kept: readonly Kept[];
  readonly #slots: Slots;
  readonly #sums: readonly PlacedSums[];
  readonly #values: readonly GPUBuffer[];
  readonly #others: Readonly<Record<string, GPUBuffer>>;

  private constructor(gpu: Gpu, plan: Plan, lowered: LoweredPlan, pitch: number, options: UpdateOptions) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#kept = keptOf(options);
    this.#pitch = pitch;
    this.#slots = assignSlots(plan, wholeStep(lowered));
    this.parameters = layOut(plan.parameters.map(({ shape }) => shape));
    this.#sums = placeSums(lowered.sums, this.parameters);
    this.sumsTable = sumsTable(this.#sums);
    this.#values = this.#slots.sizes.map((size, i) =>
      gpu.storage(`values ${i} of ${plan.name}`, 4 * size * pitch),
    );
    const parameterBytes = 4 * Math.max(1, this.parameters.size);
    const partials = this.#sums.reduce((end, sum) => Math.max(end, sum.from + extentOf(sum)), 0);
    const sizes: Record<string, number> = {
      parameters: parameterBytes,
      gradients: parameterBytes,
      ...Object.fromEntries(this.#kept.map(({ collection }) => [collection, parameterBytes])),
      clipping: 4 * (clipParts(this.parameters.size) + 1),
      rules: parameterBytes / 64,
      partials: 4 * partials,
      sumsTable: this.sumsTable.byteLength,
      target: 4 * classesOf(plan) * pitch,
      losses: 4 * pitch,
      tallies: 8 * stepsAtOnce,
      predictions: 4 * (samplesAtOnce + pitch),
      order: 4 * (samplesAtOnce + pitch),
    };
    this.#others = Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, gpu.storage(`${name} of ${plan.name}`, size)]),
    );
    this.bytes = [...this.#values, ...Object.values(this.#others)].reduce((sum, { size }) => sum + size, 0);
    this.#fill(options);
  }

  /** @throws `memory.exhausted` */
  static create(
    gpu: Gpu,
    plan: Plan,
    lowered: LoweredPlan,
    pitch: number,
    options: UpdateOptions,
  ): Promise<ProgramMemory> {
    return gpu.guarded(`the buffers of ${plan.name}`, () => {
      return new ProgramMemory(gpu, plan, lowered, pitch, options);
    });
  }

  #fill({ optimizer: { weightDecay } }: UpdateOptions): void {
    const parameters = this.#plan.parameters.map(({ update, shape }) => ({
      update,
      room: roomOf(elements(shape)),
    }));
    this.#gpu.write(this.buffer('rules'), 0, rulesOf(parameters, weightDecay));
    this.#gpu.write(this.buffer('sumsTable'), 0, this.sumsTable);
  }

  buffer(name: string): GPUBuffer {
    const buffer = this.#others[name];
    if (!buffer) throw new RangeError(`a program has no buffer ${name}`);
    return buffer;
  }

  /** Where an operand lies. */
  resolve(place: Place): BufferPart {
    if ('value' in place) return whole(this.valueBuffer(place.value));
    if ('parameter' in place) return this.#parameter('parameters', place.parameter);
    if ('gradient' in place) return this.#parameter('gradients', place.gradient);
    if ('partials' in place) return this.#partials(place.partials);
    if ('all' in place) return whole(this.buffer(place.all));
    return whole(this.buffer(Object.keys(place)[0] ?? ''));
  }

  /** False for a value between two calls of the plan that run as one. */
  keeps(value: number): boolean {
    return this.#slots.of.has(value);
  }

  valueBuffer(value: number): GPUBuffer {
    const buffer = this.#values[this.#slots.of.get(value) ?? -1];
    if (!buffer) throw new RangeError(`no call of ${this.#plan.name} has the value ${value}`);
    return buffer;
  }

  #parameter(collection: string, index: number): BufferPart {
    const offset = 4 * (this.parameters.offsets[index] ?? 0);
    return { buffer: this.buffer(collection), offset, size: 4 * roomOf(this.parameters.counts[index] ?? 0) };
  }

  #partials(gradient: number): BufferPart {
    const sum = this.#sums.find((one) => one.gradient === gradient);
    if (!sum) throw new RangeError(`gradient ${gradient} of ${this.#plan.name} is not made in parts`);
    return { buffer: this.buffer('partials'), offset: 4 * sum.from, size: 4 * extentOf(sum) };
  }

  /**
   * Absent parameters keep what they have; absent states start from 0, an absent average from the parameter; absent
   * connections stay 0.
   */
  load(state: ProgramState): void {
    this.#plan.parameters.forEach(({ name, mask, shape }, i) => {
      const given = state.parameters.get(name);
      const values = given && mask ? given.map((value, k) => (mask[k] ? value : 0)) : given;
      if (values) this.#write('parameters', i, name, values);
      for (const { collection, suffix } of this.#kept) {
        const missing = collection === 'averages' ? values : new Float32Array(elements(shape));
        const kept = state.optimizer.get(`${name}.${suffix}`) ?? missing;
        if (kept) this.#write(collection, i, `${name}.${suffix}`, kept);
      }
    });
  }

  #write(collection: string, index: number, name: string, values: Float32Array): void {
    const count = this.parameters.counts[index] ?? 0;
    if (values.length !== count) {
      throw invalid(`${name} has ${values.length} elements, the plan wants ${count}.`, name);
    }
    this.#gpu.write(this.buffer(collection), 4 * (this.parameters.offsets[index] ?? 0), values);
  }

  async save(): Promise<ProgramState> {
    const collections = ['parameters', ...this.#kept.map(({ collection }) => collection)];
    const [values = [], ...kept] = await this.#readTensors(collections);
    const parameters = new Map(this.#plan.parameters.map(({ name }, i) => [name, values[i] as Float32Array]));
    const optimizer = new Map<string, Float32Array>();
    this.#plan.parameters.forEach(({ name, update }, i) => {
      if (update.type !== 'descent') return;
      this.#kept.forEach(({ suffix }, k) => {
        optimizer.set(`${name}.${suffix}`, kept[k]?.[i] as Float32Array);
      });
    });
    return { parameters, optimizer };
  }

  /** Gradients of all parameters, in the order of the plan. */
  async gradients(): Promise<Float32Array[]> {
    const [gradients = []] = await this.#readTensors(['gradients']);
    return gradients;
  }

  async #readTensors(collections: readonly string[]): Promise<Float32Array[][]> {
    const { offsets, counts } = this.parameters;
    const parts = collections.map((name) => ({ ...whole(this.buffer(name)), bytes: this.buffer(name).size }));
    const read = await this.#gpu.read(parts);
    return read.map((bytes) =>
      offsets.map((offset, i) => new Float32Array(bytes.slice(4 * offset, 4 * (offset + (counts[i] ?? 0))))),
    );
  }

  /** A value's numbers as they lie on the device. */
  async value(id: number): Promise<Float32Array> {
    const bytes = 4 * elements(this.#plan.values[id]?.shape ?? []) * this.#pitch;
    const [read = new ArrayBuffer(0)] = await this.#gpu.read([
      { buffer: this.valueBuffer(id), offset: 0, bytes },
    ]);
    return new Float32Array(read);
  }

  destroy(): void {
    for (const buffer of [...this.#values, ...Object.values(this.#others)]) buffer.destroy();
  }
}

/** What is kept of each parameter between steps, and its name in a checkpoint behind the parameter's. */
interface Kept {
  readonly collection: string;
  readonly suffix: string;
}

function keptOf({ optimizer, average }: UpdateOptions): Kept[] {
  const states = statesOf(optimizer).map((suffix, i) => ({
    collection: stateCollections[i] ?? 'state0',
    suffix,
  }));
  return average === undefined ? states : [...states, { collection: 'averages', suffix: 'average' }];
}

const whole = (buffer: GPUBuffer): BufferPart => ({ buffer, offset: 0, size: buffer.size });

const extentOf = ({ count, parts }: PartialSums): number => partPitch(count) * parts;

/** One after the other, each from a whole chunk on. */
function placeSums(sums: readonly OperationSums[], parameters: Layout): PlacedSums[] {
  let from = 0;
  return sums.map((sum) => {
    const placed = { ...sum, from, to: parameters.offsets[sum.gradient] ?? 0 };
    from += roomOf(extentOf(sum));
    return placed;
  });
}
