import { afterAll, describe, expect, it } from 'vitest';
import type { Backend, ProgramState } from '../../core/backends/backend.ts';
import type { Gpu, Restrictions } from '../../core/backends/webgpu/device.ts';
import { invocations, type Tile, tileBytes, tiles } from '../../core/backends/webgpu/kernels/tiles.ts';
import { TileBook } from '../../core/backends/webgpu/tile-book.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { drawSource, plainTransform } from '../support/plans.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

function smallPlan(side = 32) {
  const layers = [
    { id: 'A', type: 'conv', filters: 4, kernel: 5, stride: 3, activation: 'tanh' },
    { id: 'B', type: 'dense', units: 10 },
  ];
  const loss = { type: 'softmax-cross-entropy' };
  const model = { version: 1, name: 'small', input: [1, side, side], layers, loss };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

/** What training over a data set in disorder comes to. */
async function trained(
  backend: Backend,
  { plan = smallPlan(), count = 1500, batchSize = 50, floats = false } = {},
): Promise<ProgramState> {
  const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const program = await backend.compile(plan, { threads: 1, batchSize, optimizer });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  const source = drawSource(plan, count, 7);
  const images = floats ? Float32Array.from(source.images) : source.images;
  program.attach('train', { ...source, images }, plainTransform(plan.input));
  const order = Uint32Array.from({ length: count }, (_, i) => (i * 37) % count);
  const rates = new Float32Array(Math.ceil(count / batchSize)).fill(0.05);
  const report = await program.train('train', { order, batchSize, rates, moment: { seed: 1, step: 0 } });
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

  // Room for the order of samples, the largest buffer of so small a program.
  const maxStorageBufferBindingSize = (1 << 20) + 4096;
  it.each([
    ['of several batches', 32, 1500, 50, false],
    ['of one batch, which fills its room to the last byte', 64, 100, 64, true],
  ])(
    'let a data set that does not fit come in pieces %s, to the same bits',
    async (_, side, count, batchSize, floats) => {
      const set = { plan: smallPlan(side), count, batchSize, floats };
      expect(count * side * side * (floats ? 4 : 1)).toBeGreaterThan(maxStorageBufferBindingSize);
      const small = await open({ limits: { maxStorageBufferBindingSize } });
      expect(await trained(testBackend(small), set)).toEqual(await trained(testBackend(gpu), set));
    },
  );

  it('refuse a network that does not fit, naming what does not', async () => {
    const small = await open({ limits: { maxStorageBufferBindingSize: 1 << 12 } });
    await expect(trained(testBackend(small))).rejects.toMatchObject({
      code: 'memory.exhausted',
      subject: expect.stringContaining('small'),
    });
  });

  it.each([
    ['workgroup memory', { maxComputeWorkgroupStorageSize: 12_000 }],
    ['invocations', { maxComputeInvocationsPerWorkgroup: 64 }],
  ])('leave out tiles that need more %s', async (_, limits) => {
    const small = await open({ limits });
    const extents = { rows: 100, columns: 100, depth: 100, groups: 1, parts: 1, window: 1 } as const;
    const isKept = (tile: Tile) => new TileBook(small, { shapes: [tile] }).candidates(extents).length > 0;
    const kept = tiles.filter(isKept);
    expect(kept).toEqual(
      tiles.filter(
        (tile) =>
          tileBytes(tile) <= small.limits.maxComputeWorkgroupStorageSize &&
          invocations(tile) <= small.limits.maxComputeInvocationsPerWorkgroup,
      ),
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(tiles.length);
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
