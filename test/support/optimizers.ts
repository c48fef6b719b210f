import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend, CompileOptions } from '../../core/backends/backend.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { OptimizerCall } from '../../core/kernels/optimizers/index.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { pytorchMissing, runPython } from './pytorch.ts';

const script = fileURLToPath(new URL('../golden/optimizers.py', import.meta.url));
const steps = 20;
const batchSize = 4;
const inputs = 3;
const units = 2;
const rate = 0.05;

interface Choice extends Pick<CompileOptions, 'clip'> {
  readonly optimizer: OptimizerCall;
  /** PyTorch's name and options of the same. */
  readonly peer: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const betas = { betas: [0.8, 0.95], eps: 1e-6 };
const adam = { type: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 } as const;
const sgd = { type: 'sgd', momentum: 0.9, weightDecay: 0.1 } as const;

const choices: Readonly<Record<string, Choice>> = {
  'gradient descent with momentum and weight decay': {
    optimizer: sgd,
    peer: 'SGD',
    options: { momentum: 0.9 },
  },
  'Nesterov’s momentum': {
    optimizer: { ...sgd, nesterov: true },
    peer: 'SGD',
    options: { momentum: 0.9, nesterov: true },
  },
  Adam: { optimizer: { ...adam, decoupled: false }, peer: 'Adam', options: betas },
  AdamW: { optimizer: { ...adam, decoupled: true }, peer: 'AdamW', options: betas },
  RMSprop: {
    optimizer: { type: 'rmsprop', share: 0.9, epsilon: 1e-6, momentum: 0.5, weightDecay: 0.1 },
    peer: 'RMSprop',
    options: { alpha: 0.9, eps: 1e-6, momentum: 0.5 },
  },
  'gradients clipped by their norm': {
    optimizer: sgd,
    clip: { type: 'norm', bound: 0.3 },
    peer: 'SGD',
    options: { momentum: 0.9 },
  },
  'gradients clipped by value': {
    optimizer: sgd,
    clip: { type: 'value', bound: 0.1 },
    peer: 'SGD',
    options: { momentum: 0.9 },
  },
};

const random = new RandomSequence(3, 'probe');
const uniform = (count: number) => Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
const images = uniform(steps * batchSize * inputs);
const labels = Int32Array.from({ length: steps * batchSize }, () => random.below(units));
const weight = uniform(units * inputs);
const bias = uniform(units);

/** Registers 20 steps of every optimizer against PyTorch's of the same name, in float64. */
export function describeOptimizers(backend: Backend, tolerance: number): void {
  const missing = pytorchMissing();
  const title = `optimizers on ${backend.device.name} against PyTorch`;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${missing})` : title, () => {
    let expected: number[][][] = [];
    beforeAll(() => {
      [expected] = runPython(script, Object.values(choices).map(asCase)) as [number[][][]];
    });
    for (const [place, [name, choice]] of Object.entries(choices).entries()) {
      it(`${name}, ${steps} steps`, async () => {
        const found = await train(backend, choice);
        found.forEach((values, i) => {
          values.forEach((value, k) => {
            expect(Math.abs(value - (expected[place]?.[i]?.[k] ?? Number.NaN))).toBeLessThan(tolerance);
          });
        });
      });
    }
  });
}

/** As the script reads it. */
function asCase({ optimizer, clip, peer, options }: Choice): unknown {
  const batches = Array.from({ length: steps }, (_, step) => {
    const samples = Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
    return {
      x: samples.map((n) => [...images.subarray(n * inputs, (n + 1) * inputs)]),
      t: samples.map((n) => Array.from({ length: units }, (_, unit) => (labels[n] === unit ? 1 : 0))),
    };
  });
  const rows = [weight.subarray(0, inputs), weight.subarray(inputs)].map((row) => [...row]);
  return {
    optimizer: peer,
    options: { ...options, lr: rate },
    weightDecay: optimizer.weightDecay,
    clip,
    weights: [rows, [...bias]],
    batches,
  };
}

async function train(backend: Backend, { optimizer, clip }: Choice): Promise<number[][]> {
  const layers = [{ id: 'D', type: 'dense', units }];
  const model = { version: 1, name: 'optimizers', input: [inputs, 1, 1], layers, loss: { type: 'mse' } };
  const plan = compilePlan(buildGraph(parseModel(model)), { retain: false });
  const program = await backend.compile(plan, { threads: 2, batchSize, optimizer, clip });
  const start = new Map([
    ['D.weight', weight],
    ['D.bias', bias],
  ]);
  program.setState({ parameters: start, optimizer: new Map() });
  const source = { images, labels, shape: [inputs, 1, 1], classes: units };
  const scale = new Float32Array(inputs).fill(1);
  program.attach('train', source, { scale, shift: new Float32Array(inputs), padTop: 0, padLeft: 0 });
  const order = Uint32Array.from(labels, (_, i) => i);
  // In two calls, the second from where the first left off.
  for (const first of [0, 12]) {
    const count = first === 0 ? 12 : steps - 12;
    await program.train('train', {
      order: order.subarray(first * batchSize, (first + count) * batchSize),
      batchSize,
      rates: new Float32Array(count).fill(rate),
      moment: { seed: 1, step: first },
    });
    program.setState(await program.state());
  }
  const { parameters } = await program.state();
  program.dispose();
  return ['D.weight', 'D.bias'].map((name) => [...(parameters.get(name) ?? [])]);
}
