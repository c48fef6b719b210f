import type { Plan } from '../../graph/plan.ts';
import { statesOf } from '../../kernels/optimizers/index.ts';
import { streamKey } from '../../kernels/philox.ts';
import { elements } from '../../kernels/shape.ts';
import type {
  Augmentation,
  CompileOptions,
  EvaluationReport,
  HostTensor,
  ProbeBatch,
  ProbeReport,
  ProbeWanted,
  Program,
  ProgramState,
  SampleSource,
  StepProfile,
  TrainReport,
  TrainRequest,
  Transform,
} from '../backend.ts';
import { type ProbedValue, parameterGradients, probedGradients, probedOutputs, seedOf } from '../probed.ts';
import { checkLabels, checkRetained, classesOf, invalid } from '../requests.ts';
import {
  type Addon,
  lowerChoice,
  type NativeAugmentation,
  type NativeProgram,
  type NativeSource,
  type NativeTarget,
  native,
  nativeJob,
  type Storage,
} from './addon.ts';
import { lowerPlan, type NativePlan } from './lower.ts';

interface Device {
  readonly addon: Addon;
  /** SIMD path */
  readonly path: string;
}

interface Split {
  readonly source: NativeSource;
  readonly augmentation: Augmentation | undefined;
}

/** Where the optimizer's states lie, in order. */
export const stateStorages: readonly Storage[] = ['state0', 'state1'];
export const noClip = { type: 'none', bound: 0 } as const;

/** Rows of a profile behind those of the calls. */
const restOfStep = ['gather', 'pack', 'sum gradients', 'update'];

/** A plan compiled by the addon. The C++ side holds parameters, what the optimizer keeps and every buffer; bytes stay JavaScript's. */
export class NativeCpuProgram implements Program {
  readonly plan: Plan;
  readonly memoryBytes: number;
  readonly #device: Device;
  readonly #options: CompileOptions;
  readonly #lowered: NativePlan;
  readonly #program: NativeProgram;
  readonly #splits = new Map<string, Split>();

  constructor(device: Device, plan: Plan, options: CompileOptions) {
    this.plan = plan;
    this.#device = device;
    this.#options = options;
    this.#lowered = lowerPlan(plan);
    this.#program = this.#create(options.batchSize);
    this.memoryBytes = native(() => device.addon.memoryBytes(this.#program));
  }

  #create(batchSize: number): NativeProgram {
    const { threads, optimizer, clip = noClip, average = 0, profile = false } = this.#options;
    const { addon, path } = this.#device;
    return native(() =>
      addon.create(this.#lowered, {
        path,
        threads,
        batchSize,
        optimizer: lowerChoice(optimizer),
        clip,
        average,
        guard: false,
        profile,
      }),
    );
  }

  setState(state: ProgramState): void {
    this.plan.parameters.forEach(({ name, shape, mask, update }, i) => {
      const values = state.parameters.get(name);
      if (values)
        this.#write('parameters', i, mask ? values.map((value, k) => (mask[k] ? value : 0)) : values);
      if (update.type !== 'descent') return;
      for (const [kept, storage] of this.#kept()) {
        const start = storage === 'averages' ? values : new Float32Array(elements(shape));
        const found = state.optimizer.get(`${name}.${kept}`) ?? start;
        if (found) this.#write(storage, i, found);
      }
    });
  }

  #write(storage: Storage, parameter: number, values: Float32Array): void {
    native(() => this.#device.addon.write(this.#program, storage, parameter, values));
  }

  async state(): Promise<ProgramState> {
    const parameters = new Map<string, Float32Array>();
    const optimizer = new Map<string, Float32Array>();
    const read = (storage: Storage, i: number) =>
      native(() => this.#device.addon.read(this.#program, storage, i));
    this.plan.parameters.forEach(({ name, update }, i) => {
      parameters.set(name, read('parameters', i));
      if (update.type !== 'descent') return;
      for (const [kept, storage] of this.#kept()) optimizer.set(`${name}.${kept}`, read(storage, i));
    });
    return { parameters, optimizer };
  }

  /** What is kept of every parameter that descends: its name in a checkpoint, and where it lies. */
  #kept(): (readonly [string, Storage])[] {
    const { optimizer, average } = this.#options;
    const states = statesOf(optimizer).map((name, k) => [name, stateStorages[k] as Storage] as const);
    return average === undefined ? states : [...states, ['average', 'averages']];
  }

  attach(split: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void {
    const { images, labels, shape } = source;
    checkLabels(this.plan, labels, split);
    const whole = { images, labels, shape, ...transform, mirror: transform.mirror ?? false };
    this.#splits.set(split, { source: whole, augmentation });
  }

  #split(split: string): Split {
    const attached = this.#splits.get(split);
    if (!attached) throw invalid(`No data is attached as ${split}.`, split);
    return attached;
  }

  async train(split: string, request: TrainRequest): Promise<TrainReport> {
    const { addon } = this.#device;
    const { order, batchSize, rates, moment, epoch = 0, lossSum: before = 0 } = request;
    const { source: plain, augmentation } = this.#split(split);
    const source = { ...plain, augmentation: augmentation && lowerAugmentation(augmentation, epoch) };
    const tally = await nativeJob(() =>
      addon.train(this.#program, source, order, batchSize, rates, moment, before),
    );
    const { steps, samples, lossSum, correct, nonFiniteStep, nonFiniteLayer } = tally;
    const nonFinite = nonFiniteStep < 0 ? null : { step: nonFiniteStep, layer: nonFiniteLayer };
    return { steps, samples, lossSum, correct, nonFinite };
  }

  async evaluate(
    split: string,
    indices: Uint32Array,
    wanted?: { outputs: boolean },
  ): Promise<EvaluationReport> {
    const { addon } = this.#device;
    const { source } = this.#split(split);
    const predictions = new Int32Array(indices.length);
    const outputs = wanted?.outputs ? new Float32Array(indices.length * classesOf(this.plan)) : undefined;
    const tally = await nativeJob(() => addon.evaluate(this.#program, source, indices, predictions, outputs));
    const { samples, lossSum, correct } = tally;
    return { samples, lossSum, correct, predictions, ...(outputs && { outputs }) };
  }

  /** @throws `argument.invalid` for a plan that was not compiled with `retain`, or a batch that does not fit */
  async probe(batch: ProbeBatch, wanted: ProbeWanted = {}): Promise<ProbeReport> {
    checkRetained(this.plan);
    if (batch.y instanceof Int32Array) checkLabels(this.plan, batch.y, 'the batch');
    if (batch.count <= this.#options.batchSize) return this.#probeWith(this.#program, batch, wanted);
    // A batch of its own size, since gradients are those of the mean over all of it.
    const larger = this.#create(batch.count);
    try {
      const { parameters } = await this.state();
      this.plan.parameters.forEach(({ name }, i) => {
        const values = parameters.get(name);
        if (values) native(() => this.#device.addon.write(larger, 'parameters', i, values));
      });
      return await this.#probeWith(larger, batch, wanted);
    } finally {
      native(() => this.#device.addon.dispose(larger));
    }
  }

  async #probeWith(
    program: NativeProgram,
    { x, count, y, seed, moment }: ProbeBatch,
    wanted: ProbeWanted,
  ): Promise<ProbeReport> {
    const { addon } = this.#device;
    const { plan } = this;
    const losses = new Float32Array(count);
    const outputs = this.#rooms(probedOutputs(plan, wanted), count);
    const outputGradients = this.#rooms(probedGradients(plan, wanted), count);
    const taps = [
      ...outputs.map(({ value, data }) => ({ value, data, after: plan.forward.length })),
      ...outputGradients.map(({ value, data }) => ({ value, data, after: this.#lowered.calls.length - 1 })),
    ];
    const feeds = [{ value: plan.inputValue, data: x }];
    if (plan.seedValue !== null) feeds.push({ value: plan.seedValue, data: seedOf(plan, seed, count) });
    await nativeJob(() =>
      addon.execute(program, count, feeds, targetOf(y, count), taps, losses, moment ?? null),
    );
    const loss = losses.reduce((sum, value) => sum + value, 0) / count;
    return {
      loss,
      outputs: byName(outputs),
      outputGradients: byName(outputGradients),
      gradients: parameterGradients(plan, (i) => ({
        shape: plan.parameters[i]?.shape ?? [],
        data: native(() => addon.read(program, 'gradients', i)),
      })),
    };
  }

  #rooms(probed: readonly ProbedValue[], count: number): Room[] {
    return probed.map(({ name, value }) => {
      const shape = this.plan.values[value]?.shape ?? [];
      return { name, value, shape: [count, ...shape], data: new Float32Array(count * elements(shape)) };
    });
  }

  async takeProfile(): Promise<StepProfile> {
    const seconds = native(() => this.#device.addon.takeProfile(this.#program)).map((time) => time / 1e9);
    const calls = seconds.splice(0, this.#lowered.calls.length);
    return { calls, rest: new Map(restOfStep.map((name, i) => [name, seconds[i] as number])) };
  }

  dispose(): void {
    this.#splits.clear();
    native(() => this.#device.addon.dispose(this.#program));
  }
}

/** Where a value that is asked for arrives. */
interface Room extends ProbedValue, HostTensor {
  readonly data: Float32Array;
}

function byName(rooms: readonly Room[]): Map<string, HostTensor> {
  return new Map(rooms.map(({ name, shape, data }) => [name, { shape, data }]));
}

function lowerAugmentation({ seed, steps }: Augmentation, epoch: number): NativeAugmentation {
  const [keyLow, keyHigh] = streamKey(seed, 'augment');
  return {
    keyLow,
    keyHigh,
    epoch,
    steps: steps.map(({ type, numbers }) => lowerChoice({ type, ...numbers })),
  };
}

function targetOf(y: Int32Array | Float32Array, count: number): NativeTarget {
  if (y instanceof Int32Array) return { labels: y };
  return { values: y, classes: Math.max(1, Math.floor(y.length / Math.max(1, count))) };
}
