import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { activationName } from '../../core/kernels/activations.ts';
import { judge, type Trial, type Verdict } from './judge.ts';
import { drawBatch, drawSource, drawState, plainTransform, probe, tensorsOf, worstError } from './plans.ts';
import { pytorchMissing } from './pytorch.ts';

const count = 5;
const moment = { seed: 1, step: 0 };

interface Case {
  readonly name: string;
  readonly model: Record<string, unknown>;
  readonly training?: true;
}

const first = { id: 'A', type: 'conv', filters: 4, kernel: 3, pad: 1, activation: 'tanh' };
const last = { id: 'Z', type: 'dense', units: 3 };

function network(
  name: string,
  layers: readonly object[],
  loss: object = { type: 'softmax-cross-entropy' },
): Case {
  return { name, model: { version: 1, name, input: [2, 6, 6], layers: [first, ...layers, last], loss } };
}

const batchNorm = network('batch normalisation', [
  { id: 'B', type: 'batch-norm', momentum: 0.3, epsilon: 0.01, activation: 'relu' },
]);

const cases: readonly Case[] = [
  ...activationName.options.flatMap((activation) => [
    network(`${activation} as a layer`, [{ id: 'B', type: 'activation', fn: activation }]),
    network(`${activation} in a convolution`, [{ id: 'B', type: 'conv', filters: 3, kernel: 3, activation }]),
  ]),
  network('grouped convolution', [{ id: 'B', type: 'conv', filters: 6, kernel: 3, groups: 2, stride: 2 }]),
  network('overlapping maximum', [{ id: 'B', type: 'pool', mode: 'max', size: 3, stride: 2 }]),
  network('LeCun’s subsampling', [
    { id: 'B', type: 'pool', mode: 'mean', size: 2, gain: true, bias: true, activation: 'sigmoid' },
  ]),
  network('global mean', [{ id: 'B', type: 'global-pool', mode: 'mean' }]),
  network('global maximum', [{ id: 'B', type: 'global-pool', mode: 'max' }]),
  network('local response normalisation', [{ id: 'B', type: 'lrn', n: 3, k: 1.5, alpha: 0.7, beta: 0.6 }]),
  batchNorm,
  { ...batchNorm, name: 'batch normalisation in training', training: true },
  network('label smoothing', [], { type: 'softmax-cross-entropy', smoothing: 0.1 }),
  network('binary cross-entropy', [], { type: 'binary-cross-entropy' }),
  network('hinge, multi-class', [], { type: 'hinge', rule: 'multi-class', margin: 0.7 }),
  network('hinge, one against the rest', [], { type: 'hinge', rule: 'one-vs-rest', margin: 1.2 }),
];

/**
 * Registers the comparison of layers and losses with PyTorch's autograd in float64: every layer's output and every
 * parameter's gradient, relative to the tensor's largest element. Skipped, with the reason, where there is no PyTorch.
 */
export function describeGoldenLayers(backend: Backend, tolerance: number): void {
  const missing = pytorchMissing();
  const title = `layers on ${backend.device.name} against PyTorch`;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${missing})` : title, () => {
    const prepared = new Map<string, { trial: Trial; verdict: Verdict }>();
    beforeAll(async () => {
      const trials = await Promise.all(cases.map(prepare));
      const verdicts = judge(trials);
      for (const [i, { name }] of cases.entries()) {
        prepared.set(name, { trial: trials[i] as Trial, verdict: verdicts[i] as Verdict });
      }
    });
    it.each(cases.map(({ name }) => name))('%s', async (name) => {
      const { trial, verdict } = prepared.get(name) as { trial: Trial; verdict: Verdict };
      const actual = await probe(backend, trial.plan, trial.state, trial.batch);
      const { name: tensor, error } = worstError(tensorsOf(actual), verdict.tensors);
      expect(error, tensor).toBeLessThanOrEqual(tolerance);
    });
    it('running mean and variance follow batches as PyTorch’s do', () => expectRunning(backend, tolerance));
  });
}

/** Draws a case that sits on no kink: rounding to float32 must not make the reference jump. */
async function prepare(of: Case): Promise<Trial> {
  const plan = compilePlan(buildGraph(parseModel(of.model)), { retain: true });
  for (let seed = 1; seed <= 20; seed++) {
    const state = drawState(plan, seed);
    const batch = { ...drawBatch(plan, count, seed), ...(of.training && { moment }) };
    const exact = await probe(createReferenceBackend(), plan, state, batch);
    const rounded = await probe(createReferenceBackend({ precision: 'float32' }), plan, state, batch);
    if (worstError(tensorsOf(rounded), tensorsOf(exact)).error < 5e-5) return { ...of, plan, state, batch };
  }
  throw new Error(`every draw of ${of.name} sits on a kink`);
}

/** One training step, then the statistics that evaluation would use. */
async function expectRunning(backend: Backend, tolerance: number): Promise<void> {
  const plan = compilePlan(buildGraph(parseModel(batchNorm.model)), { retain: true });
  const state = drawState(plan, 3);
  const source = drawSource(plan, count, 3);
  const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;
  const program = await backend.compile(plan, { threads: 2, batchSize: count, optimizer });
  program.setState(state);
  program.attach('train', source, plainTransform(plan.input));
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  await program.train('train', { order, batchSize: count, rates: Float32Array.of(0.1), moment });
  const { parameters } = await program.state();
  const x = Float32Array.from(source.images, (byte) => byte / 128 - 1);
  const batch = { x, count, y: source.labels };
  const [verdict] = judge([{ ...batchNorm, training: true, plan, state, batch }]);
  const { running } = verdict as Verdict;
  expect([...running.keys()]).toEqual(['B.mean', 'B.variance']);
  const shape = [4];
  const found = [...running.keys()].map(
    (name) => [name, { shape, data: parameters.get(name) ?? new Float32Array() }] as const,
  );
  expect(worstError(new Map(found), running).error).toBeLessThanOrEqual(Math.max(tolerance, 1e-6));
}
