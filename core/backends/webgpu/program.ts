import { ConvolabError } from '../../contract/errors.ts';
import type { Plan } from '../../graph/plan.ts';
import type { Moment } from '../../kernels/kernel.ts';
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
  TrainReport,
  TrainRequest,
  Transform,
} from '../backend.ts';
import { type ProbedValue, probedGradients, probedOutputs, seedOf } from '../probed.ts';
import type { Gpu } from './device.ts';
import { type BatchRecord, type Dispatch, packRecords, StepContext } from './dispatch.ts';
import { type Feed, openAugmentedFeed, openFeed } from './feed.ts';
import { KeptOutputs } from './kept-outputs.ts';
import { clipToNorm } from './kernels/clip.ts';
import { addPartials, tableRow } from './kernels/sums.ts';
import { corrections, updateAll } from './kernels/update.ts';
import { toImagesInnermost, toImagesOutermost } from './layout.ts';
import {
  classesOf,
  type LoweredPlan,
  layerOf,
  lowerPlan,
  type Operation,
  shapeOf,
  wholeStep,
} from './lower.ts';
import { measureTiles } from './measure-tiles.ts';
import { ProgramMemory, samplesAtOnce, stepsAtOnce } from './memory.ts';
import { SubmitPace } from './pace.ts';
import { faultRadix, noFault, pitchOf } from './shader.ts';
import type { TileBook } from './tile-book.ts';

/** Steps in a submit at most. */
const stepsInSubmit = 256;

interface Split {
  readonly source: SampleSource;
  readonly plain: Feed;
  /** What training sees. */
  readonly training: Feed;
}

/** Dispatches of a step, in order. */
interface Stages {
  readonly forward: readonly Dispatch[];
  readonly loss: readonly Dispatch[];
  readonly backward: readonly Dispatch[];
  readonly update: readonly Dispatch[];
}

/** The consecutive steps of a request. */
interface Course {
  readonly feed: Feed;
  readonly stages: readonly Dispatch[];
  readonly epoch: number;
  readonly indices: Uint32Array;
  readonly batchSize: number;
  readonly rate: (step: number) => number;
  readonly moment: (step: number) => Moment | null;
  /** Takes the network's output of every step, one after the other. */
  readonly outputs?: KeptOutputs | null;
}

/** A plan compiled for a GPU: a step is a static list of dispatches over buffers bound beforehand. */
export class WebGpuProgram implements Program {
  readonly plan: Plan;
  readonly #gpu: Gpu;
  readonly #tiles: TileBook;
  readonly #options: CompileOptions;
  readonly #pitch: number;
  readonly #lowered: LoweredPlan;
  readonly #memory: ProgramMemory;
  readonly #context: StepContext;
  readonly #stages: Stages;
  readonly #splits = new Map<string, Split>();
  readonly #pace = new SubmitPace();
  #denseLoss: Promise<Dispatch[]> | undefined;
  #keptOutputs: KeptOutputs | undefined;
  #busy = false;
  #disposed = false;

  private constructor(
    gpu: Gpu,
    tiles: TileBook,
    plan: Plan,
    options: CompileOptions,
    parts: { lowered: LoweredPlan; memory: ProgramMemory; context: StepContext; stages: Stages },
  ) {
    this.plan = plan;
    this.#gpu = gpu;
    this.#tiles = tiles;
    this.#options = options;
    this.#pitch = pitchOf(options.batchSize);
    this.#lowered = parts.lowered;
    this.#memory = parts.memory;
    this.#context = parts.context;
    this.#stages = parts.stages;
  }

  /** @throws `memory.exhausted`, `backend.unsupported`, `device.lost` */
  static async create(
    gpu: Gpu,
    tiles: TileBook,
    plan: Plan,
    options: CompileOptions,
  ): Promise<WebGpuProgram> {
    const pitch = pitchOf(options.batchSize);
    const lowering = { pitch, tiles, subgroups: gpu.subgroups };
    let lowered = lowerPlan(plan, lowering);
    const memory = await ProgramMemory.create(gpu, plan, lowered, pitch, options);
    const context = await StepContext.create(gpu, stepsInSubmit);
    try {
      // What is only probed runs once.
      if (tiles.patience > 0 && !plan.retained) {
        await measureTiles(context, memory, lowered, options.batchSize, tiles);
        lowered = lowerPlan(plan, lowering);
      }
      const stages = await prepareStages(context, memory, lowered, options);
      return new WebGpuProgram(gpu, tiles, plan, options, { lowered, memory, context, stages });
    } catch (thrown) {
      memory.destroy();
      context.destroy();
      throw thrown;
    }
  }

  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  setState(state: ProgramState): void {
    this.#memory.load(state);
  }

  state(): Promise<ProgramState> {
    return this.#alone(() => this.#memory.save());
  }

  attach(split: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void {
    this.#checkSource(split, source, transform);
    this.#detach(split);
    const to = {
      gpu: this.#gpu,
      context: this.#context,
      memory: this.#memory,
      plan: this.plan,
      pitch: this.#pitch,
    };
    const plain = openFeed(to, source, transform);
    const changes = augmentation && augmentation.steps.length > 0;
    const training = changes ? openAugmentedFeed(to, source, transform, augmentation) : plain;
    this.#splits.set(split, { source, plain, training });
  }

  #checkSource(split: string, { images, labels, shape }: SampleSource, { padTop, padLeft }: Transform): void {
    if (images.length !== labels.length * elements(shape)) {
      throw invalid(`${split} has ${labels.length} labels, but not as many images.`, split);
    }
    this.#checkLabels(labels, split);
    const [channels = 0, rows = 0, columns = 0] = this.plan.input;
    const [stored = 0, height = 0, width = 0] = shape;
    // Views that are moved show only a part of the image, but along each axis some of it.
    const shows = padTop + height > 0 && padTop < rows && padLeft + width > 0 && padLeft < columns;
    if (stored === channels && shows) return;
    throw invalid(
      `Images of ${shape.join('x')} lie outside an input of ${this.plan.input.join('x')}.`,
      split,
    );
  }

  #checkLabels(labels: Int32Array, subject: string): void {
    const outputs = classesOf(this.plan);
    const stray = labels.findIndex((label) => label < -1 || label >= outputs);
    if (stray < 0) return;
    const message = `Sample ${stray} of ${subject} has label ${labels[stray]}, but the model has ${outputs} outputs.`;
    throw invalid(message, subject);
  }

  #detach(split: string): void {
    const attached = this.#splits.get(split);
    attached?.plain.destroy();
    attached?.training.destroy();
  }

  #split(split: string, indices: Uint32Array): Split {
    const attached = this.#splits.get(split);
    if (!attached) throw invalid(`No data is attached as ${split}.`, split);
    const count = attached.source.labels.length;
    const stray = indices.find((index) => index >= count);
    if (stray === undefined) return attached;
    throw invalid(`${split} has ${count} samples, so there is no sample ${stray}.`, split);
  }

  train(split: string, request: TrainRequest): Promise<TrainReport> {
    return this.#alone(() => this.#train(split, request));
  }

  async #train(split: string, request: TrainRequest): Promise<TrainReport> {
    const { order, batchSize, rates, moment, epoch = 0, lossSum: before = 0 } = request;
    const { training: feed } = this.#split(split, order);
    const steps = Math.ceil(order.length / batchSize);
    if (batchSize > this.#options.batchSize || rates.length < steps) {
      throw invalid(`${steps} steps of ${batchSize} samples do not fit this program.`, split);
    }
    const gathering = await feed.ready();
    const { forward, loss, backward, update } = this.#stages;
    const report = { steps: 0, samples: 0, lossSum: before, correct: 0 };
    for (const first of this.#segments(steps, batchSize)) {
      const indices = order.subarray(first.sample, first.sample + first.samples);
      const { tallies, fault } = await this.#run({
        feed,
        stages: [gathering, ...forward, ...loss, ...backward, ...update],
        epoch,
        indices,
        batchSize,
        rate: (step) => rates[first.step + step] ?? 0,
        moment: (step) => ({ seed: moment.seed, step: moment.step + first.step + step }),
      });
      const good = fault === null ? Math.ceil(indices.length / batchSize) : fault.step;
      report.steps += good;
      report.samples += Math.min(indices.length, good * batchSize);
      for (const [lossSum, right] of tallies.slice(0, good)) {
        report.lossSum += lossSum;
        report.correct += right;
      }
      if (fault) return { ...report, nonFinite: { ...fault, step: first.step + fault.step } };
    }
    return { ...report, nonFinite: null };
  }

  evaluate(split: string, indices: Uint32Array, wanted?: { outputs: boolean }): Promise<EvaluationReport> {
    return this.#alone(() => this.#evaluate(split, indices, wanted?.outputs ?? false));
  }

  async #evaluate(split: string, indices: Uint32Array, wantsOutputs: boolean): Promise<EvaluationReport> {
    const { plain: feed } = this.#split(split, indices);
    const { batchSize } = this.#options;
    const gathering = await feed.ready();
    const { forward, loss } = this.#stages;
    const classes = classesOf(this.plan);
    const predictions = new Int32Array(indices.length);
    const outputs = new Float32Array(wantsOutputs ? indices.length * classes : 0);
    const report = { samples: indices.length, lossSum: 0, correct: 0 };
    const steps = Math.ceil(indices.length / batchSize);
    const kept = wantsOutputs ? await this.#outputs() : null;
    const most = Math.min(stepsAtOnce, kept?.steps ?? stepsAtOnce);
    for (const first of this.#segments(steps, batchSize, most)) {
      const some = indices.subarray(first.sample, first.sample + first.samples);
      const { tallies } = await this.#run({
        feed,
        stages: [gathering, ...forward, ...loss],
        epoch: 0,
        indices: some,
        batchSize,
        rate: () => 0,
        moment: () => null,
        outputs: kept,
      });
      for (const [lossSum, right] of tallies) {
        report.lossSum += lossSum;
        report.correct += right;
      }
      const [read = new ArrayBuffer(0)] = await this.#gpu.read([
        { buffer: this.#memory.buffer('predictions'), offset: 0, bytes: 4 * some.length },
      ]);
      predictions.set(new Int32Array(read), first.sample);
      if (kept) outputs.set(await kept.read(some.length, batchSize), first.sample * classes);
    }
    return { ...report, predictions, ...(wantsOutputs && { outputs }) };
  }

  /** Made when first asked for. */
  async #outputs(): Promise<KeptOutputs> {
    this.#keptOutputs ??= await KeptOutputs.create({
      gpu: this.#gpu,
      name: this.plan.name,
      output: this.#memory.valueBuffer(this.plan.outputValue),
      classes: classesOf(this.plan),
      pitch: this.#pitch,
    });
    return this.#keptOutputs;
  }

  /** Cuts a request into what fits into the buffers for its order, its predictions and its tallies. */
  #segments(steps: number, batchSize: number, most = stepsAtOnce) {
    const each = Math.max(1, Math.min(most, Math.floor(samplesAtOnce / batchSize)));
    return Array.from({ length: Math.ceil(steps / each) }, (_, i) => ({
      step: i * each,
      sample: i * each * batchSize,
      samples: each * batchSize,
    }));
  }

  /** Runs steps, many per submit, and reads back what they came to. */
  async #run(
    course: Course,
  ): Promise<{ tallies: [number, number][]; fault: { step: number; layer: string } | null }> {
    const { indices, batchSize } = course;
    const steps = Math.ceil(indices.length / batchSize);
    const atOnce = Math.min(stepsInSubmit, Math.max(1, Math.floor(course.feed.atOnce / batchSize)));
    this.#gpu.write(this.#context.fault, 0, Uint32Array.of(noFault));
    for (let step = 0; step < steps; ) {
      const count = this.#pace.next(steps - step, atOnce);
      await this.#submit(course, step, count);
      await this.#pace.submitted(count, this.#gpu.finished());
      step += count;
    }
    await this.#pace.drained();
    const [tallies = new ArrayBuffer(0), fault = new ArrayBuffer(4)] = await this.#gpu.read([
      { buffer: this.#memory.buffer('tallies'), offset: 0, bytes: 8 * steps },
      { buffer: this.#context.fault, offset: 0, bytes: 4 },
    ]);
    const sums = new Float32Array(tallies);
    return {
      tallies: Array.from({ length: steps }, (_, i) => [sums[2 * i] ?? 0, sums[2 * i + 1] ?? 0]),
      fault: this.#faultOf(new Uint32Array(fault)[0] ?? noFault),
    };
  }

  #faultOf(code: number): { step: number; layer: string } | null {
    if (code === noFault) return null;
    return { step: Math.floor(code / faultRadix), layer: layerOf(this.#lowered, code % faultRadix) };
  }

  async #submit(course: Course, from: number, count: number): Promise<void> {
    const { indices, batchSize, stages } = course;
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
        ...(moment && { corrections: corrections(this.#options, moment.step + 1) }),
      };
    });
    const chosen = indices.subarray(from * batchSize, (from + count) * batchSize);
    const order = this.#memory.buffer('order');
    this.#gpu.write(order, 4 * from * batchSize, course.feed.bring(chosen, course.epoch));
    await this.#execute(records, stages, course.outputs);
  }

  async #execute(
    records: readonly BatchRecord[],
    stages: readonly Dispatch[],
    outputs?: KeptOutputs | null,
  ): Promise<void> {
    this.#gpu.write(this.#context.records, 0, packRecords(records));
    await this.#gpu.guarded(`a step of ${this.plan.name}`, () => {
      const encoder = this.#gpu.device.createCommandEncoder();
      let pass = encoder.beginComputePass();
      records.forEach(({ index }, i) => {
        this.#context.encode(pass, i, stages);
        if (!outputs) return;
        pass.end();
        outputs.take(encoder, index);
        pass = encoder.beginComputePass();
      });
      pass.end();
      this.#gpu.submit(encoder.finish());
    });
  }

  probe(batch: ProbeBatch, wanted: ProbeWanted = {}): Promise<ProbeReport> {
    return this.#alone(async () => {
      this.#checkProbe(batch);
      if (batch.count <= this.#options.batchSize) return this.#probe(batch, wanted);
      // A program of the batch's size, since gradients are those of the mean over all of it.
      const larger = await WebGpuProgram.create(this.#gpu, this.#tiles, this.plan, {
        ...this.#options,
        batchSize: batch.count,
      });
      try {
        larger.setState(await this.#memory.save());
        return await larger.probe(batch, wanted);
      } finally {
        larger.dispose();
      }
    });
  }

  #checkProbe({ x, count, y }: ProbeBatch): void {
    if (!this.plan.retained) throw invalid('A probe needs a plan compiled with `retain`.', this.plan.name);
    const targets = y instanceof Int32Array ? count : count * classesOf(this.plan);
    if (count < 1 || x.length !== count * elements(this.plan.input) || y.length !== targets) {
      throw invalid(`The batch does not hold ${count} images and their targets.`, this.plan.name);
    }
    if (y instanceof Int32Array) this.#checkLabels(y, 'the batch');
  }

  async #probe({ x, count, y, seed, moment }: ProbeBatch, wanted: ProbeWanted): Promise<ProbeReport> {
    const { plan } = this;
    const { forward, loss, backward } = this.#stages;
    const labelled = y instanceof Int32Array;
    this.#gpu.write(
      this.#memory.valueBuffer(this.plan.inputValue),
      0,
      toImagesInnermost(x, count, this.#pitch),
    );
    if (plan.seedValue !== null) {
      const given = toImagesInnermost(seedOf(plan, seed, count), count, this.#pitch);
      this.#gpu.write(this.#memory.valueBuffer(plan.seedValue), 0, given);
    }
    const target = labelled ? y : toImagesInnermost(y, count, this.#pitch);
    this.#gpu.write(this.#memory.buffer('target'), 0, target);
    const lossStage = labelled ? loss : await this.#lossOfTargets();
    const record = { index: 0, first: 0, count, rate: 0, moment: moment ?? null };
    await this.#execute([record], [...forward, ...lossStage, ...backward]);
    const read = async (probed: readonly ProbedValue[]) =>
      new Map(
        await Promise.all(
          probed.map(async ({ name, value }) => [name, await this.#hostValue(value, count)] as const),
        ),
      );
    const outputs = await read(probedOutputs(plan, wanted));
    const kept = probedGradients(plan, wanted).filter(({ value }) => this.#memory.keeps(value));
    const outputGradients = await read(kept);
    const gradients = await this.#memory.gradients();
    const [losses = new ArrayBuffer(0)] = await this.#gpu.read([
      { buffer: this.#memory.buffer('losses'), offset: 0, bytes: 4 * count },
    ]);
    return {
      loss: new Float32Array(losses).reduce((sum, value) => sum + value, 0) / count,
      outputs,
      outputGradients,
      gradients: new Map(
        plan.parameters.flatMap(({ name, shape, update }, i): [string, HostTensor][] =>
          update.type === 'descent' && plan.backward.length > 0
            ? [[name, { shape, data: gradients[i] ?? new Float32Array(0) }]]
            : [],
        ),
      ),
    };
  }

  /** The loss against targets [N, K], which only probes have. */
  #lossOfTargets(): Promise<Dispatch[]> {
    const options = {
      pitch: this.#pitch,
      tiles: this.#tiles,
      subgroups: this.#gpu.subgroups,
      dense: true,
    };
    this.#denseLoss ??= prepareOperation(
      this.#context,
      this.#memory,
      lowerPlan(this.plan, options).loss,
      this.#lowered.forward.length,
    );
    return this.#denseLoss;
  }

  async #hostValue(value: number, count: number): Promise<HostTensor> {
    const data = toImagesOutermost(await this.#memory.value(value), count, this.#pitch);
    return { shape: [count, ...shapeOf(this.plan, value)], data };
  }

  /** One call at a time: they share buffers. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed || this.#busy) {
      throw invalid(`The program is ${this.#disposed ? 'disposed of' : 'at work'}.`, this.plan.name);
    }
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  dispose(): void {
    if (this.#busy) throw invalid('The program is at work.', this.plan.name);
    if (this.#disposed) return;
    this.#disposed = true;
    for (const split of this.#splits.keys()) this.#detach(split);
    this.#keptOutputs?.destroy();
    this.#memory.destroy();
    this.#context.destroy();
  }
}

async function prepareStages(
  context: StepContext,
  memory: ProgramMemory,
  lowered: LoweredPlan,
  options: CompileOptions,
): Promise<Stages> {
  const operations = wholeStep(lowered);
  const prepared = await Promise.all(
    operations.map((operation, i) => prepareOperation(context, memory, operation, i)),
  );
  const loss = lowered.forward.length;
  const last = operations.length - 1;
  const places = {
    partials: { all: 'partials' },
    gradients: { all: 'gradients' },
    table: { sumsTable: 0 },
  } as const;
  const rows = memory.sumsTable.length / tableRow;
  const resolve = memory.resolve.bind(memory);
  const sums =
    rows === 0 ? [] : [await context.prepare('sums of gradients', addPartials(rows, places), resolve, last)];
  const { size } = memory.parameters;
  const clipping =
    options.clip?.type === 'norm' ? clipToNorm(options.clip.bound, size, context.gpu.subgroups) : [];
  const update = [...clipping, updateAll(options, size)];
  return {
    forward: prepared.slice(0, loss).flat(),
    loss: prepared[loss] ?? [],
    backward: [...prepared.slice(loss + 1).flat(), ...sums],
    update: await Promise.all(
      update.map((shader) => context.prepare('update of all parameters', shader, resolve, last)),
    ),
  };
}

function prepareOperation(
  context: StepContext,
  memory: ProgramMemory,
  { label, shaders }: Operation,
  number: number,
): Promise<Dispatch[]> {
  const resolve = memory.resolve.bind(memory);
  return Promise.all(shaders.map((shader) => context.prepare(label, shader, resolve, number)));
}

function invalid(message: string, subject: string): ConvolabError {
  return new ConvolabError('argument.invalid', message, { subject });
}
