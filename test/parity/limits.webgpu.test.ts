import { afterAll, describe, expect, it } from 'vitest';
import type { Backend, ProgramState } from '../../core/backends/backend.ts';
import type { Gpu, Restrictions } from '../../core/backends/webgpu/device.ts';
import { invocations, tileBytes } from '../../core/backends/webgpu/kernels/tiles.ts';
import { TileBook } from '../../core/backends/webgpu/tile-book.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { centred, noisySamples } from '../support/lenet.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

const samples = noisySamples(1500, 7);

function smallPlan() {
  const layers = [
    { id: 'A', type: 'conv', filters: 4, kernel: 5, stride: 3, activation: 'tanh' },
    { id: 'B', type: 'dense', units: 10 },
  ];
  const loss = { type: 'softmax-cross-entropy' };
  const model = { version: 1, name: 'small', input: [1, 32, 32], layers, loss };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

async function trained(backend: Backend): Promise<ProgramState> {
  const plan = smallPlan();
  const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const program = await backend.compile(plan, { threads: 1, batchSize: 50, optimizer });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  program.attach('train', samples, centred);
  const order = Uint32Array.from(samples.labels, (_, i) => (i * 37) % samples.labels.length);
  const rates = new Float32Array(30).fill(0.05);
  const report = await program.train('train', { order, batchSize: 50, rates, moment: { seed: 1, step: 0 } });
  expect(report.samples).toBe(order.length);
  const state = await program.state();
  program.dispose();
  return state;
}

describe.skipIf(missing)(`the limits of a GPU${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const opened: Gpu[] = [];
  const open = async (restrictions?: Restrictions) => {
    const gpu = await openTestGpu(restrictions);
    opened.push(gpu);
    return gpu;
  };
  const gpu = await open();
  afterAll(() => {
    for (const one of opened) one.close();
  });

  it('are asked for as the adapter has them', async () => {
    const adapter = await gpu.instance?.requestAdapter();
    for (const [name, limit] of Object.entries(gpu.limits)) {
      expect([name, limit]).toEqual([name, adapter?.limits[name as keyof GPUSupportedLimits]]);
    }
  });

  it('let a data set that does not fit come in pieces, to the same bits', async () => {
    // Room for the order of samples, the largest buffer of so small a program, and for 1342 of the 1500 samples.
    const maxStorageBufferBindingSize = (1 << 20) + 4096;
    expect(samples.images.byteLength).toBeGreaterThan(maxStorageBufferBindingSize);
    const small = await open({ limits: { maxStorageBufferBindingSize } });
    const whole = await trained(testBackend(gpu));
    expect(await trained(testBackend(small))).toEqual(whole);
  });

  it('refuse a network that does not fit, naming what does not', async () => {
    const small = await open({ limits: { maxStorageBufferBindingSize: 1 << 12 } });
    await expect(trained(testBackend(small))).rejects.toMatchObject({
      code: 'memory.exhausted',
      subject: expect.stringContaining('small'),
    });
  });

  it('leave out tiles that need more workgroup memory or more invocations', async () => {
    const most = { maxComputeWorkgroupStorageSize: 12_000, maxComputeInvocationsPerWorkgroup: 64 };
    const extents = { rows: 100, columns: 100, depth: 100, groups: 1, parts: 1, window: 1 } as const;
    const tiles = new TileBook(await open({ limits: most })).candidates(extents);
    expect(tiles.length).toBeGreaterThan(0);
    expect(tiles.length).toBeLessThan(new TileBook(gpu).candidates(extents).length);
    for (const tile of tiles) {
      expect(tileBytes(tile)).toBeLessThanOrEqual(most.maxComputeWorkgroupStorageSize);
      expect(invocations(tile)).toBeLessThanOrEqual(most.maxComputeInvocationsPerWorkgroup);
    }
  });

  it('do not stop a dispatch of more workgroups than fit into one dimension', async () => {
    const most = gpu.limits.maxComputeWorkgroupsPerDimension;
    // One quad of images for each invocation, 64 of them in a workgroup; the last row of workgroups is not full.
    const count = (most + 5) * 64;
    const data = Float32Array.from({ length: 4 * count }, (_, i) => (i % 1013) - 500);
    const [y] = await testBackend(gpu).runKernel({
      kernel: 'activation.forward',
      attributes: { activation: 'relu' },
      batch: 4,
      inputs: [{ shape: [4, count], data }],
    });
    const wrong = y?.data.findIndex((value, i) => value !== Math.max(0, data[i] as number));
    expect(wrong).toBe(-1);
  });
});
