import { describe, expect, it } from 'vitest';
import type { Backend } from '../../core/backends/backend.ts';
import { benchNets } from '../../core/cli/bench/nets.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { judge, type Trial, type Verdict } from './judge.ts';
import { drawBatch, drawState, probe, tensorsOf, worstError } from './plans.ts';
import { pytorchMissing } from './pytorch.ts';

/** Not a whole number of quads, or of slices. */
const count = 3;
/**
 * A draw on a kink of ReLU or the maximum gives itself away: noise in all its numbers, larger than what float32 rounds off,
 * moves a result by more than this.
 */
const smooth = 1e-4;
const noise = 1e-6;
const noisyCopies = 2;
const draws = 5;

/** Two branches that are joined to a layer's two inputs, then added to a third one. */
const branches = {
  version: 1,
  name: 'branches',
  input: [3, 12, 12],
  layers: [
    { id: 'A', type: 'conv', filters: 6, kernel: 3, pad: 1, activation: 'relu' },
    { id: 'B', type: 'conv', filters: 5, kernel: 5, pad: 2, activation: 'tanh', from: ['input'] },
    { id: 'C', type: 'concat', from: ['A', 'B'] },
    { id: 'D', type: 'conv', filters: 8, kernel: 3, pad: 1, activation: 'sigmoid' },
    { id: 'E', type: 'conv', filters: 8, kernel: 1, from: ['C'] },
    { id: 'F', type: 'add', from: ['D', 'E'] },
    { id: 'P', type: 'pool', mode: 'max', size: 2 },
    { id: 'G', type: 'dense', units: 20, activation: 'relu' },
    { id: 'H', type: 'concat', from: ['G', 'P'] },
    { id: 'OUT', type: 'dense', units: 10 },
  ],
  loss: { type: 'softmax-cross-entropy' },
};

interface Network {
  readonly name: string;
  readonly model: unknown;
}

const networks: readonly Network[] = [
  ...benchNets
    .filter(({ onRequest }) => !onRequest)
    .map(({ name, activation, model }) => ({ name: `${name} (${activation})`, model })),
  { name: 'branches, joined and added', model: branches },
];

/**
 * Registers the comparison of the networks that speed is measured on, and of one with branches, with PyTorch's autograd in
 * float64: the loss, every layer's output and every parameter's gradient, relative to the tensor's largest element.
 * Skipped, with the reason, where there is no PyTorch.
 */
export function describeGoldenNetworks(backend: Backend, tolerance: number): void {
  const missing = pytorchMissing();
  const title = `networks on ${backend.device.name} against PyTorch`;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${missing})` : title, () => {
    it.each(networks)('$name', async ({ model }) => {
      const { trial, verdict } = drawSmooth(model);
      const actual = await probe(backend, trial.plan, trial.state, trial.batch);
      const { name: tensor, error } = worstError(tensorsOf(actual), verdict.tensors);
      expect(error, tensor).toBeLessThanOrEqual(tolerance);
    });
  });
}

/** A case that sits on no kink, and what PyTorch makes of it. */
function drawSmooth(model: unknown): { trial: Trial; verdict: Verdict } {
  for (let seed = 1; seed <= draws; seed++) {
    const trial = drawTrial(model, seed);
    const copies = Array.from({ length: noisyCopies }, (_, copy) => disturbed(trial, copy));
    const [verdict, ...others] = judge([trial, ...copies]) as [Verdict, ...Verdict[]];
    if (others.every((other) => worstError(other.tensors, verdict.tensors).error <= smooth)) {
      return { trial, verdict };
    }
  }
  throw new Error('every draw sits on a kink');
}

function drawTrial(model: unknown, seed: number): Trial {
  const plan = compilePlan(buildGraph(parseModel(model)), { retain: true });
  return { model, plan, state: drawState(plan, seed), batch: drawBatch(plan, count, seed) };
}

/** The same case with every number a little off. */
function disturbed(trial: Trial, copy: number): Trial {
  const random = new RandomSequence(copy, 'probe', 4);
  const off = (numbers: Float32Array) =>
    numbers.map((value) => value * (1 + noise * (2 * random.uniform() - 1)));
  const parameters = new Map([...trial.state.parameters].map(([name, data]) => [name, off(data)]));
  return {
    ...trial,
    state: { ...trial.state, parameters },
    batch: { ...trial.batch, x: off(trial.batch.x) },
  };
}
