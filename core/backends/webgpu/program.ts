import type { Plan } from '../../graph/plan.ts';
import { elements } from '../../kernels/shape.ts';
import type {
  Augmentation,
  CompileOptions,
  EvaluationReport,
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
import { checkLabels, checkRetained, classesOf, invalid } from '../requests.ts';
import { type CompiledPlan, compileForGpu } from './compiled.ts';
import type { Gpu } from './device.ts';
import { KeptOutputs } from './kept-outputs.ts';
import { Prober } from './prober.ts';
import { Splits } from './splits.ts';
import { StepRunner, segmentsOf } from './steps.ts';
import type { TileBook } from './tile-book.ts';

/** A plan compiled for a GPU: a step is a static list of dispatches over buffers bound beforehand. */
export class WebGpuProgram implements Program {
  readonly plan: Plan;
  readonly #of: CompiledPlan;
  readonly #splits: Splits;
  readonly #runner: StepRunner;
  readonly #prober: Prober;
  #keptOutputs: KeptOutputs | undefined;
  #busy = false;
  #disposed = false;

  private constructor(of: CompiledPlan) {
    this.plan = of.plan;
    this.#of = of;
    this.#splits = new Splits(of);
    this.#runner = new StepRunner(of);
    this.#prober = new Prober(of, this.#runner);
  }

  /** @throws `memory.exhausted`, `backend.unsupported`, `device.lost` */
  static async create(
    gpu: Gpu,
    tiles: TileBook,
    plan: Plan,
    options: CompileOptions,
  ): Promise<WebGpuProgram> {
    return new WebGpuProgram(await compileForGpu(gpu, tiles, plan, options));
  }

  get memoryBytes(): number {
    return this.#of.memory.bytes;
  }

  setState(state: ProgramState): void {
    this.#of.memory.load(state);
  }

  state(): Promise<ProgramState> {
    return this.#alone(() => this.#of.memory.save());
  }

  attach(split: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void {
    this.#splits.attach(split, source, transform, augmentation);
  }

  train(split: string, request: TrainRequest): Promise<TrainReport> {
    return this.#alone(() => this.#train(split, request));
  }

  async #train(split: string, request: TrainRequest): Promise<TrainReport> {
    const { order, batchSize, rates, moment, epoch = 0, lossSum: before = 0 } = request;
    const { training: feed } = this.#splits.with(split, order);
    const steps = Math.ceil(order.length / batchSize);
    if (batchSize > this.#of.options.batchSize || rates.length < steps) {
      throw invalid(`${steps} steps of ${batchSize} samples do not fit this program.`, split);
    }
    const gathering = await feed.ready();
    const { forward, loss, backward, update } = this.#of.stages;
    const report = { steps: 0, samples: 0, lossSum: before, correct: 0 };
    for (const first of segmentsOf(steps, batchSize)) {
      const indices = order.subarray(first.sample, first.sample + first.samples);
      const { sums, fault } = await this.#runner.run({
        feed,
        dispatches: [gathering, ...forward, ...loss, ...backward, ...update],
        epoch,
        indices,
        batchSize,
        rate: (step) => rates[first.step + step] ?? 0,
        moment: (step) => ({ seed: moment.seed, step: moment.step + first.step + step }),
      });
      const good = fault === null ? sums.length : fault.step;
      report.steps += good;
      report.samples += Math.min(indices.length, good * batchSize);
      for (const [lossSum, right] of sums.slice(0, good)) {
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
    const { gpu, memory, options, stages } = this.#of;
    const { plain: feed } = this.#splits.with(split, indices);
    const { batchSize } = options;
    const gathering = await feed.ready();
    const classes = classesOf(this.plan);
    const predictions = new Int32Array(indices.length);
    const outputs = new Float32Array(wantsOutputs ? indices.length * classes : 0);
    const report = { samples: indices.length, lossSum: 0, correct: 0 };
    const steps = Math.ceil(indices.length / batchSize);
    const kept = wantsOutputs ? await this.#outputs() : null;
    for (const first of segmentsOf(steps, batchSize, kept?.steps)) {
      const some = indices.subarray(first.sample, first.sample + first.samples);
      const { sums } = await this.#runner.run({
        feed,
        dispatches: [gathering, ...stages.forward, ...stages.loss],
        epoch: 0,
        indices: some,
        batchSize,
        rate: () => 0,
        moment: () => null,
        outputs: kept,
      });
      for (const [lossSum, right] of sums) {
        report.lossSum += lossSum;
        report.correct += right;
      }
      const [read = new ArrayBuffer(0)] = await gpu.read([
        { buffer: memory.buffer('predictions'), offset: 0, bytes: 4 * some.length },
      ]);
      predictions.set(new Int32Array(read), first.sample);
      if (kept) outputs.set(await kept.read(some.length, batchSize), first.sample * classes);
    }
    return { ...report, predictions, ...(wantsOutputs && { outputs }) };
  }

  /** Made when first asked for. */
  async #outputs(): Promise<KeptOutputs> {
    const { gpu, plan, memory, pitch } = this.#of;
    this.#keptOutputs ??= await KeptOutputs.create({
      gpu,
      name: plan.name,
      output: memory.valueBuffer(plan.outputValue),
      classes: classesOf(plan),
      pitch,
    });
    return this.#keptOutputs;
  }

  probe(batch: ProbeBatch, wanted: ProbeWanted = {}): Promise<ProbeReport> {
    return this.#alone(async () => {
      this.#checkProbe(batch);
      const { gpu, tiles, plan, options, memory } = this.#of;
      if (batch.count <= options.batchSize) return this.#prober.probe(batch, wanted);
      // A program of the batch's size, since gradients are those of the mean over all of it.
      const larger = await WebGpuProgram.create(gpu, tiles, plan, { ...options, batchSize: batch.count });
      try {
        larger.setState(await memory.save());
        return await larger.probe(batch, wanted);
      } finally {
        larger.dispose();
      }
    });
  }

  #checkProbe({ x, count, y }: ProbeBatch): void {
    checkRetained(this.plan);
    const targets = y instanceof Int32Array ? count : count * classesOf(this.plan);
    if (count < 1 || x.length !== count * elements(this.plan.input) || y.length !== targets) {
      throw invalid(`The batch does not hold ${count} images and their targets.`, this.plan.name);
    }
    if (y instanceof Int32Array) checkLabels(this.plan, y, 'the batch');
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
    this.#splits.destroy();
    this.#keptOutputs?.destroy();
    this.#of.memory.destroy();
    this.#of.context.destroy();
  }
}
