import { afterAll, describe, expect, it } from 'vitest';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { KernelCall } from '../../core/graph/plan.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();
const what = 'dense.forward of F6 on 120, 84x120, 84';

function smallPlan() {
  const layers = [{ id: 'F6', type: 'dense', units: 3 }];
  const model = { version: 1, name: 'small', input: [1, 2, 2], layers, loss: { type: 'mse' } };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

describe.skipIf(missing)(`what a GPU refuses${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  afterAll(() => gpu.close());

  it.each([
    ['does not parse', 'fn main() { wrong }', 'parsing'],
    [
      'asks for more invocations than there can be',
      '@compute @workgroup_size(65000) fn main() {}',
      'workgroup_size',
    ],
  ])('of a shader that %s, is told with kernel, layer and shapes', async (_, code, said) => {
    await expect(gpu.pipeline(what, code, [])).rejects.toMatchObject({
      code: 'internal',
      subject: what,
      message: expect.stringContaining(said),
    });
  });

  const software = gpu.info.isFallbackAdapter;
  // A real one would have to be filled up, and with it whatever else runs there.
  it.skipIf(!software)(
    `of memory that a software GPU does not have, is told as such, and leaves the device as it was${software ? '' : ' (skipped: a real GPU)'}`,
    async () => {
      const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
      const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
      await expect(gpu.guarded(what, () => gpu.storage(what, most))).rejects.toMatchObject({
        code: 'memory.exhausted',
        subject: what,
        hint: expect.stringContaining('smaller batch'),
      });
      const [y] = await testBackend(gpu).runKernel({
        kernel: 'activation.forward',
        attributes: { activation: 'relu' },
        batch: 1,
        inputs: [{ shape: [1, 3], data: Float32Array.of(-1, 0, 2) }],
      });
      expect(y?.data).toEqual(Float32Array.of(0, 0, 2));
    },
  );

  it('of a plan for want of a kernel, names both and the layer', async () => {
    const plan = smallPlan();
    const forward: KernelCall[] = plan.forward.map((call) => ({ ...call, kernel: 'dense.sideways' }));
    const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;
    const compiling = testBackend(gpu).compile({ ...plan, forward }, { threads: 1, batchSize: 4, optimizer });
    await expect(compiling).rejects.toMatchObject({
      code: 'backend.unsupported',
      subject: 'F6',
      message: expect.stringContaining('dense.sideways'),
    });
  });

  it('where nobody waits for an answer, is told to whoever asks next', async () => {
    const other = await openTestGpu();
    const told = new Promise((resolve) => other.device.addEventListener('uncapturederror', resolve));
    other.device.createBuffer({ label: what, size: 4, usage: 0 });
    await told;
    expect(() => other.check()).toThrow(expect.objectContaining({ code: 'internal' }));
    await expect(other.finished()).rejects.toMatchObject({ message: expect.stringContaining(what) });
    other.close();
  });
});
