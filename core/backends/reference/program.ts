import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KernelCall, Plan } from '../../graph/plan.ts';
import { averageUpdate, besselFactor } from '../../kernels/average.ts';
import { kernels } from '../../kernels/index.ts';
import type { KernelTensor, Moment } from '../../kernels/kernel.ts';
import { averageKept, clipFactor, statesOf, updateOf } from '../../kernels/optimizers/index.ts';
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
import { type ProbedValue, parameterGradients, probedGradients, probedOutputs, seedOf } from '../probed.ts';
import { checkRetained } from '../requests.ts';
import { gather, gatherAugmented } from './gather.ts';
import { Memory } from './memory.ts';
import { type Precision, store } from './precision.ts';
import { unsupported } from './single.ts';

interface Split {
  readonly source: SampleSource;
  readonly transform: Transform;
  readonly augmentation: Augmentation | undefined;
}

/**
 * Runs a plan call by call in float64. Parameters and what the optimizer keeps are rounded to float32 after each update, as every
 * device keeps them, so that a resumed run continues bit for bit.
 */
export class ReferenceProgram implements Program {
  readonly plan: Plan;
  readonly #options: CompileOptions;
  readonly #precision: Precision;
  readonly #memory: Memory;
  readonly #splits = new Map<string, Split>();

  constructor(plan: Plan, options: CompileOptions, precision: Precision) {
    for (const { kernel, layer } of [...plan.forward, plan.loss, ...plan.backward]) {
      if (!kernels.has(kernel)) throw unsupported(kernel, layer);
    }
    this.plan = plan;
    this.#options = options;
    this.#precision = precision;
    this.#memory = new Memory(plan, options.batchSize, {
      states: statesOf(options.optimizer),
      average: options.average !== undefined,
    });
  }

  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  setState(state: ProgramState): void {
    this.#memory.load(state);
  }

  async state(): Promise<ProgramState> {
    return this.#memory.save();
  }

  attach(split: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void {
    this.#splits.set(split, { source, transform, augmentation });
  }

  async train(split: string, request: TrainRequest): Promise<TrainReport> {
    const report = { steps: 0, samples: 0, lossSum: request.lossSum ?? 0, correct: 0 };
    for (let start = 0; start < request.order.length; start += request.batchSize) {
      await nextTurn();
      const indices = request.order.subarray(start, start + request.batchSize);
      const { labels } = this.#load(split, indices, request.epoch ?? 0);
      const moment = { ...request.moment, step: request.moment.step + report.steps };
      const fault = this.#run(this.#step(), moment);
      if (fault !== null) return { ...report, nonFinite: { step: report.steps, layer: fault } };
      const scored = this.#score(labels);
      this.#update(request.rates[report.steps] ?? 0, moment.step + 1, indices.length);
      report.steps++;
      report.samples += indices.length;
      report.lossSum += scored.lossSum;
      report.correct += scored.correct;
    }
    return { ...report, nonFinite: null };
  }

  async evaluate(
    split: string,
    indices: Uint32Array,
    wanted?: { outputs: boolean },
  ): Promise<EvaluationReport> {
    const predictions = new Int32Array(indices.length);
    const outputs: number[] = [];
    const report = { samples: indices.length, lossSum: 0, correct: 0 };
    for (let start = 0; start < indices.length; start += this.#options.batchSize) {
      await nextTurn();
      const { labels } = this.#load(split, indices.subarray(start, start + this.#options.batchSize), null);
      this.#run([...this.plan.forward, this.plan.loss], null);
      const scored = this.#score(labels);
      report.lossSum += scored.lossSum;
      report.correct += scored.correct;
      predictions.set(scored.predictions, start);
      if (wanted?.outputs) outputs.push(...this.#memory.value(this.plan.outputValue).data);
    }
    return { ...report, predictions, ...(wanted?.outputs && { outputs: Float32Array.from(outputs) }) };
  }

  async probe({ x, count, y, seed, moment }: ProbeBatch, wanted: ProbeWanted = {}): Promise<ProbeReport> {
    const { plan } = this;
    checkRetained(plan);
    const shape = y instanceof Int32Array ? [count] : [count, y.length / count];
    this.#memory.begin(count, { shape, data: Float64Array.from(y) });
    this.#memory.value(plan.inputValue).data.set(x);
    if (plan.seedValue !== null) this.#memory.value(plan.seedValue).data.set(seedOf(plan, seed, count));
    this.#run(this.#step(), moment ?? null);
    const read = (probed: readonly ProbedValue[]) =>
      new Map(probed.map(({ name, value }) => [name, copy(this.#memory.value(value))]));
    return {
      loss: this.#memory.losses.reduce((sum, loss) => sum + loss, 0) / count,
      outputs: read(probedOutputs(plan, wanted)),
      outputGradients: read(probedGradients(plan, wanted)),
      gradients: parameterGradients(plan, (i) => copy(this.#memory.gradients[i] as KernelTensor)),
    };
  }

  dispose(): void {
    this.#splits.clear();
  }

  /** Puts a batch into the network's input and its labels into the target; augmented where an epoch is given. */
  #load(split: string, indices: Uint32Array, epoch: number | null): { labels: Int32Array } {
    const attached = this.#splits.get(split);
    if (!attached) throw new RangeError(`no data is attached as ${split}`);
    const labels = Int32Array.from(indices, (index) => attached.source.labels[index] ?? -1);
    this.#memory.begin(indices.length, { shape: [indices.length], data: Float64Array.from(labels) });
    const input = this.#memory.value(this.plan.inputValue);
    const { source, transform, augmentation } = attached;
    if (augmentation && epoch !== null)
      gatherAugmented(source, transform, augmentation, epoch, indices, input);
    else gather(source, transform, indices, input);
    store(input.data, this.#precision);
    return { labels };
  }

  #step(): readonly KernelCall[] {
    return [...this.plan.forward, this.plan.loss, ...this.plan.backward];
  }

  /** Runs calls in order; returns the layer of the first result that is not finite. */
  #run(calls: readonly KernelCall[], moment: Moment | null): string | null {
    let fault: string | null = null;
    for (const call of calls) {
      if (!this.#runOne(call, moment)) fault ??= call.layer;
    }
    return fault;
  }

  /** True where every number written is finite. */
  #runOne(call: KernelCall, moment: Moment | null): boolean {
    const inputs = call.inputs.map((operand) => this.#memory.resolve(operand));
    const outputs = call.outputs.map((operand) => this.#memory.resolve(operand));
    const batch = this.#memory.losses.length;
    kernels.get(call.kernel)?.reference(inputs, outputs, call.attributes, batch, moment);
    return outputs.every((output) => {
      if (!output) return true;
      store(output.data, this.#precision);
      return output.data.every(Number.isFinite);
    });
  }

  #score(labels: Int32Array): { lossSum: number; correct: number; predictions: Int32Array } {
    const { data } = this.#memory.value(this.plan.outputValue);
    const classes = data.length / labels.length;
    const predictions = labels.map((_, n) => largest(data.subarray(n * classes, (n + 1) * classes)));
    return {
      lossSum: this.#memory.losses.reduce((sum, loss) => sum + loss, 0),
      correct: labels.reduce((sum, label, n) => sum + (predictions[n] === label ? 1 : 0), 0),
      predictions,
    };
  }

  /** @param step counted from 1 */
  #update(rate: number, step: number, samples: number): void {
    const { optimizer, average } = this.#options;
    const { parameters, gradients, states, averages } = this.#memory;
    this.#clip();
    this.plan.parameters.forEach(({ update }, i) => {
      const value = parameters[i] as KernelTensor;
      const gradient = gradients[i] as KernelTensor;
      const kept = states[i] as readonly KernelTensor[];
      if (update.type === 'descent') {
        const { kernel, attributes } = updateOf(optimizer, { rate, step, decays: update.decays });
        kernel.reference([value, gradient, ...kept], [value, ...kept], attributes, 1, null);
      } else if (update.type === 'average') {
        const attributes = { share: update.share, factor: besselFactor(update.observations, samples) };
        averageUpdate.reference([value, gradient], [value], attributes, 1, null);
      }
      for (const tensor of [value, ...kept]) store(tensor.data, 'float32');
      const mean = averages[i];
      if (mean === undefined || average === undefined || update.type !== 'descent') return;
      const attributes = { share: 1 - averageKept(average, step), factor: 1 };
      averageUpdate.reference([mean, value], [mean], attributes, 1, null);
      store(mean.data, 'float32');
    });
  }

  /** Brings the gradients of what descends down to the bound. */
  #clip(): void {
    const { clip } = this.#options;
    if (!clip) return;
    const descending = this.#memory.gradients.filter(
      (_, i) => this.plan.parameters[i]?.update.type === 'descent',
    );
    const squares = descending.reduce(
      (sum, { data }) => data.reduce((all, value) => all + value * value, sum),
      0,
    );
    const factor = clip.type === 'norm' ? clipFactor(Math.sqrt(squares), clip.bound) : 1;
    for (const { data } of descending) {
      for (let k = 0; k < data.length; k++) {
        const value = data[k] as number;
        data[k] = clip.type === 'norm' ? value * factor : Math.max(-clip.bound, Math.min(clip.bound, value));
      }
    }
  }
}

/** Index of the largest element, the first of equal ones. */
function largest(data: Float64Array): number {
  return data.reduce((best, value, i) => (value > (data[best] as number) ? i : best), 0);
}

function copy({ shape, data }: KernelTensor): HostTensor {
  return { shape, data: data.slice() };
}
