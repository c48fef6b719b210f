import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { kernels } from '../../core/kernels/index.ts';
import type { Kernel } from '../../core/kernels/kernel.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { relativeError } from '../support/compare.ts';
import { drawAwayFromKinks, faults } from '../support/kernels.ts';
import { centred, noisySamples } from '../support/lenet.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

/** Kernels in which a workgroup adds up. */
const summing = [
  'softmax-cross-entropy',
  'mse',
  'channel-bias.backward',
  'channel-scale.backward-weight',
  'batch-norm.statistics',
  'batch-norm.backward-weight',
];

const samples = noisySamples(300, 7);

/** Of one step whose gradients are clipped by the norm of all of them, over more images than lanes. */
async function trained(backend: ReturnType<typeof createReferenceBackend>) {
  // So many weights that several workgroups add up their squares.
  const layers = [{ id: 'D', type: 'dense', units: 40 }];
  const model = { version: 1, name: 'clipped', input: [1, 32, 32], layers };
  const plan = compilePlan(buildGraph(parseModel({ ...model, loss: { type: 'softmax-cross-entropy' } })), {
    retain: false,
  });
  const program = await backend.compile(plan, {
    threads: 1,
    batchSize: 300,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
    clip: { type: 'norm', bound: 0.01 },
  });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  program.attach('train', samples, centred);
  const order = Uint32Array.from(samples.labels, (_, i) => i);
  const moment = { seed: 1, step: 0 };
  const report = await program.train('train', { order, batchSize: 300, rates: Float32Array.of(1), moment });
  const data = (await program.state()).parameters.get('D.weight') as Float32Array;
  program.dispose();
  return { report, weight: { shape: [data.length], data } };
}

describe.skipIf(missing)(`sums over a workgroup${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const offered = await openTestGpu();
  const plain = await openTestGpu({ without: ['subgroups'] });
  afterAll(() => {
    offered.close();
    plain.close();
  });

  it('can be made without subgroups whatever the adapter has', () => {
    expect(plain.subgroups).toBe(false);
  });

  const paths = offered.subgroups ? [offered, plain] : [plain];
  for (const gpu of paths) {
    const path = gpu.subgroups
      ? 'by subgroups'
      : `by a tree${paths.length === 1 ? ' (no subgroups here)' : ''}`;
    for (const name of summing) {
      it(`${path}: ${name}`, async () => {
        const kernel = kernels.get(name) as Kernel;
        for (const of of kernel.cases) {
          const { call, expected } = await drawAwayFromKinks(kernel, of);
          const actual = await testBackend(gpu).runKernel(call);
          expect(faults(kernel, actual, expected), of.name).toEqual([]);
        }
      });
    }

    it(`${path}: the loss of a batch, and the norm of all gradients`, async () => {
      const [actual, expected] = [await trained(testBackend(gpu)), await trained(createReferenceBackend())];
      expect(actual.report).toEqual({
        ...expected.report,
        lossSum: expect.closeTo(expected.report.lossSum, 2),
      });
      expect(relativeError(actual.weight, expected.weight)).toBeLessThan(1e-5);
    });
  }
});
