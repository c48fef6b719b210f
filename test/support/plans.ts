import { describe, expect, it } from 'vitest';
import type {
  Backend,
  HostTensor,
  ProbeBatch,
  ProbeReport,
  ProgramState,
  SampleSource,
  Transform,
} from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { type BackwardPass, compilePlan } from '../../core/graph/compile.ts';
import { describeModel } from '../../core/graph/describe.ts';
import { buildGraph, type Graph } from '../../core/graph/graph.ts';
import { type LossSpec, parseModel } from '../../core/graph/parse.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { kernels } from '../../core/kernels/index.ts';
import type { Moment, Shape } from '../../core/kernels/kernel.ts';
import { elements } from '../../core/kernels/shape.ts';
import { layers } from '../../core/layers/index.ts';
import type { GradientCheck } from '../../core/layers/layer.ts';
import { presets } from '../../core/models/index.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { relativeError } from './compare.ts';
import { drawTensor } from './draw.ts';

const exact = createReferenceBackend();
const rounded = createReferenceBackend({ precision: 'float32' });
const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0.001 } as const;
const tolerance = 1e-4;
/** Of a preset that is judged whole, for one image forward. */
const mostFlops = 1e6;
const moment = { seed: 11, step: 5 };

/**
 * A layer's small network as a graph. A convolution is put before it: its nine shifted sums turn any error in the
 * gradient that the layer hands back into an error of a parameter's gradient.
 */
export function checkGraph(check: GradientCheck, loss: LossSpec = { type: 'mse' }): Graph {
  const [channels] = check.input;
  const before = { id: 'before', type: 'conv', filters: channels, kernel: 3, pad: 1, activation: 'sigmoid' };
  return buildGraph(
    parseModel({
      version: 1,
      name: check.name,
      input: [...check.input],
      layers: [before, ...check.layers],
      loss,
    }),
  );
}

/** Initial weights, biases that are not zero, and running averages that are neither 0 nor 1. */
export function drawState(plan: Plan, seed: number): ProgramState {
  const parameters = initialParameters(plan, seed);
  plan.parameters.forEach(({ name, shape, update }, i) => {
    if (update.type === 'fixed' || (update.type === 'descent' && update.decays)) return;
    const { data } = drawTensor(shape, new RandomSequence(seed, 'probe', 1000 + i));
    const middle = update.type === 'average' ? 0.75 : 0;
    parameters.set(
      name,
      Float32Array.from(data, (value) => middle + value / 4),
    );
  });
  return { parameters, optimizer: new Map() };
}

/** The moments that a plan's probes are to be looked at in: none, and one of training where that is another thing. */
export function momentsOf({ forward, backward }: Plan): (Moment | undefined)[] {
  const apart = [...forward, ...backward].some(({ kernel }) => kernels.get(kernel)?.usesMoment);
  return apart ? [undefined, moment] : [undefined];
}

/** Images, and targets in the form that the plan's loss compares with. */
export function drawBatch(plan: Plan, count: number, seed: number): ProbeBatch {
  const outputs = elements(plan.values[plan.outputValue]?.shape ?? []);
  const x = drawTensor([count, ...plan.input], new RandomSequence(seed, 'probe', 1)).data;
  const random = new RandomSequence(seed, 'probe', 2);
  const y =
    plan.target === 'labels'
      ? Int32Array.from({ length: count }, () => random.below(outputs))
      : Float32Array.from({ length: count * outputs }, () => random.uniform());
  return { x: Float32Array.from(x), count, y };
}

/** A gradient of the output, for plans that start from one. */
export function drawSeed(plan: Plan, count: number, seed: number): Float32Array {
  const outputs = plan.values[plan.outputValue]?.shape ?? [];
  return Float32Array.from(drawTensor([count, ...outputs], new RandomSequence(seed, 'probe', 4)).data);
}

export async function probe(
  backend: Backend,
  plan: Plan,
  state: ProgramState,
  batch: ProbeBatch,
  threads = 1,
): Promise<ProbeReport> {
  const program = await backend.compile(plan, { threads, batchSize: batch.count, optimizer });
  program.setState(state);
  const seed = plan.seedValue === null ? undefined : drawSeed(plan, batch.count, 1);
  // Where nothing but parameters needs them, a backend may pass over some of them.
  const outputGradients = plan.inputGradient !== null;
  const report = await program.probe({ ...batch, seed }, { outputGradients });
  program.dispose();
  return report;
}

/** Every tensor of a probe by name, for comparison. */
export function tensorsOf(report: ProbeReport): Map<string, HostTensor> {
  const { loss, outputs, outputGradients, gradients } = report;
  return new Map([
    ['loss', { shape: [1], data: Float64Array.of(loss) }],
    ...outputs,
    ...outputGradients,
    ...[...gradients].map(([name, tensor]) => [`${name}.grad`, tensor] as const),
  ]);
}

/** Worst error over all tensors, relative to each tensor's largest element. */
export function worstError(
  actual: ReadonlyMap<string, HostTensor>,
  expected: ReadonlyMap<string, HostTensor>,
): { name: string; error: number } {
  let worst = { name: '', error: 0 };
  for (const [name, wanted] of expected) {
    const found = actual.get(name);
    const error = found ? relativeError(found, wanted) : Number.POSITIVE_INFINITY;
    if (error > worst.error) worst = { name, error };
  }
  return worst;
}

/** Registers one test for every layer's networks and every preset: a whole forward and backward pass. */
export function describePlans(backend: Backend, threads = 1): void {
  describe(`plans on ${backend.device.name}, ${threads} thread(s)`, () => {
    for (const { type, gradientChecks } of layers.values()) {
      for (const check of gradientChecks) {
        for (const loss of ['mse', 'softmax-cross-entropy']) {
          // A network that ends in softmax cannot have the loss that holds it already.
          if (loss === 'softmax-cross-entropy' && check.layers.at(-1)?.type === 'softmax') continue;
          it(`${type}, ${check.name}, ${loss}`, () =>
            expectParity(backend, checkGraph(check, { type: loss }), [1, 17], threads));
        }
      }
    }
    for (const { type, gradientChecks } of layers.values()) {
      for (const check of gradientChecks) {
        for (const backward of ['input', 'seeded', 'none'] as const) {
          it(`${type}, ${check.name}, backward pass: ${backward}`, () =>
            expectParity(backend, checkGraph(check), [1, 17], threads, backward));
        }
      }
    }
    for (const preset of presets) {
      const graph = () => buildGraph(parseModel(preset.model(preset.options.parse({}))));
      // The reference takes minutes for the large ones, whose layers are all judged above.
      if (describeModel(graph(), 1).flops > mostFlops) continue;
      it(`preset ${preset.name}`, () => expectParity(backend, graph(), [5], threads));
      it(`preset ${preset.name}, trained`, () => expectTrainingParity(backend, graph(), threads));
    }
    for (const { type, gradientChecks } of layers.values()) {
      for (const check of gradientChecks) {
        it(`${type}, ${check.name}, trained over shared buffers`, () =>
          expectTrainingParity(backend, checkGraph(check), threads));
      }
    }
  });
}

/** Images as bytes and their labels, as a data set holds them. */
export function drawSource(plan: Plan, count: number, seed: number): SampleSource {
  const classes = elements(plan.values[plan.outputValue]?.shape ?? []);
  const random = new RandomSequence(seed, 'probe', 3);
  const images = Uint8Array.from({ length: count * elements(plan.input) }, () => random.below(256));
  const labels = Int32Array.from({ length: count }, () => random.below(classes));
  return { images, labels, shape: plan.input, classes };
}

/** Bytes 0..255 to about -1..1, without padding. */
export function plainTransform([channels = 1]: Shape): Transform {
  const scale = new Float32Array(channels).fill(1 / 128);
  return { scale, shift: new Float32Array(channels).fill(-1), padTop: 0, padLeft: 0 };
}

async function expectParity(
  backend: Backend,
  graph: Graph,
  counts: readonly number[],
  threads: number,
  backward: BackwardPass = 'parameters',
): Promise<void> {
  const plan = compilePlan(graph, { retain: true, backward });
  const cases = counts.flatMap((count) => momentsOf(plan).map((at) => ({ count, at })));
  for (const { count, at } of cases) {
    const { state, batch, expected } = await drawSmooth(plan, count, at);
    const actual = await probe(backend, plan, state, batch, threads);
    const { name, error } = worstError(tensorsOf(actual), tensorsOf(expected));
    expect(error, `${name} at batch ${count}${at ? ' in training' : ''}`).toBeLessThanOrEqual(tolerance);
  }
}

/**
 * Steps over shared buffers, the last batch partial, then an evaluation: what differs from the reference, which trains
 * over separate ones, shows in the parameters, the velocities and the sums.
 */
async function expectTrainingParity(backend: Backend, graph: Graph, threads: number): Promise<void> {
  const shared = compilePlan(graph, { retain: false });
  const apart = compilePlan(graph, { retain: true });
  for (let seed = 1; seed <= 20; seed++) {
    const expected = await trainBriefly(exact, apart, seed, 1);
    const stored = await trainBriefly(rounded, shared, seed, 1);
    if (worstError(stored, expected).error > tolerance / 2) continue;
    const { name, error } = worstError(await trainBriefly(backend, shared, seed, threads), expected);
    expect(error, name).toBeLessThanOrEqual(tolerance);
    return;
  }
  throw new Error(`every draw of ${graph.name} sits on a kink`);
}

async function trainBriefly(
  backend: Backend,
  plan: Plan,
  seed: number,
  threads: number,
): Promise<Map<string, HostTensor>> {
  const program = await backend.compile(plan, { threads, batchSize: 20, optimizer });
  program.setState(drawState(plan, seed));
  program.attach('train', drawSource(plan, 45, seed), plainTransform(plan.input));
  const order = Uint32Array.from({ length: 45 }, (_, i) => (i * 7) % 45);
  const rates = Float32Array.of(0.1, 0.05, 0.025);
  const report = await program.train('train', { order, batchSize: 20, rates, moment });
  const evaluation = await program.evaluate('train', order);
  const { parameters, optimizer: velocities } = await program.state();
  program.dispose();
  expect(report).toMatchObject({ steps: 3, samples: 45, nonFinite: null });
  expect(evaluation.samples).toBe(45);
  const sums = Float64Array.of(report.lossSum, evaluation.lossSum);
  const tensors = [...parameters, ...velocities].map(([name, data]): [string, HostTensor] => [
    name,
    { shape: [data.length], data },
  ]);
  return new Map([['losses', { shape: [2], data: sums }], ...tensors]);
}

/** Draws until rounding alone does not make the reference jump: else the case sits on a kink of ReLU or max. */
async function drawSmooth(
  plan: Plan,
  count: number,
  at: Moment | undefined,
): Promise<{ state: ProgramState; batch: ProbeBatch; expected: ProbeReport }> {
  for (let seed = 1; seed <= 20; seed++) {
    const state = drawState(plan, seed);
    const batch = { ...drawBatch(plan, count, seed), moment: at };
    const expected = await probe(exact, plan, state, batch);
    const stored = await probe(rounded, plan, state, batch);
    if (worstError(tensorsOf(stored), tensorsOf(expected)).error <= tolerance / 2) {
      return { state, batch, expected };
    }
  }
  throw new Error(`every draw of ${plan.name} sits on a kink`);
}
