import { afterAll, describe, expect, it } from 'vitest';
import { kernels } from '../../core/kernels/index.ts';
import type { Kernel } from '../../core/kernels/kernel.ts';
import { drawAwayFromKinks, faults } from '../support/kernels.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

type Triple = readonly [number, number, number];

/** Every one of 1, 3, 7, 17, 65 and 257 as the number of maps, of filters, of images, of rows and of columns. */
const convolutions: readonly { x: Triple; filters: number; batch: number; kernel: number; pad: number }[] = [
  { x: [1, 65, 17], filters: 3, batch: 7, kernel: 3, pad: 1 },
  { x: [3, 17, 7], filters: 7, batch: 65, kernel: 5, pad: 2 },
  { x: [7, 257, 3], filters: 1, batch: 3, kernel: 3, pad: 1 },
  { x: [17, 3, 65], filters: 17, batch: 1, kernel: 3, pad: 0 },
  { x: [65, 1, 1], filters: 257, batch: 17, kernel: 1, pad: 0 },
  { x: [257, 7, 1], filters: 65, batch: 3, kernel: 3, pad: 1 },
  { x: [3, 3, 1], filters: 7, batch: 257, kernel: 3, pad: 1 },
  { x: [1, 7, 257], filters: 1, batch: 1, kernel: 7, pad: 3 },
];

/** The last convolution of AlexNet, whole. */
const alexnet = { x: [384, 13, 13] as Triple, filters: 256, batch: 1, kernel: 3, pad: 1, groups: 2 };

/** [inputs, units, batch]; the last one is AlexNet's, whole. */
const dense: readonly Triple[] = [
  [1, 3, 7],
  [3, 7, 257],
  [7, 17, 65],
  [17, 65, 1],
  [65, 257, 17],
  [257, 1, 3],
  [257, 257, 1],
  [9217, 65, 3],
  [9216, 4096, 1],
];

/** Kernel, attributes and inputs of the forward pass and of both gradients. */
function convolutionCalls({ x, filters, batch, kernel, pad, groups = 1 }: typeof alexnet) {
  const [channels, height, width] = x;
  const weight = [filters, channels / groups, kernel, kernel];
  const y = [filters, height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1];
  const window = { stride: 1, pad, groups };
  const name = `${channels}x${height}x${width} to ${filters}, batch ${batch}`;
  return [
    ['conv2d.forward', { ...window, activation: 'linear' }, [x, weight, [filters]]],
    ['conv2d.backward-input', { ...window, inputShape: x }, [y, weight]],
    ['conv2d.backward-weight', { ...window, kernel: [kernel, kernel] }, [x, y]],
  ].map(([of, attributes, inputs]) => ({ of, name, batch, attributes, inputs }));
}

function denseCalls([inputs, units, batch]: Triple) {
  const weight = [units, inputs];
  const name = `${inputs} to ${units}, batch ${batch}`;
  return [
    ['dense.forward', { activation: 'linear' }, [[inputs], weight, [units]]],
    ['dense.backward-input', { inputShape: [inputs] }, [[units], weight]],
    ['dense.backward-weight', {}, [[inputs], [units]]],
  ].map(([of, attributes, shapes]) => ({ of, name, batch, attributes, inputs: shapes }));
}

const calls = [
  ...[...convolutions.map((one) => ({ groups: 1, ...one })), alexnet].flatMap(convolutionCalls),
  ...dense.flatMap(denseCalls),
];

describe.skipIf(missing)(`odd sizes on a GPU${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  const backend = testBackend(gpu);
  afterAll(() => gpu.close());

  for (const { of, name, batch, attributes, inputs } of calls) {
    it(`${of}, ${name}`, async () => {
      const kernel = kernels.get(of as string) as Kernel;
      const one = { name, batch, attributes, inputs } as Parameters<typeof drawAwayFromKinks>[1];
      const { call, expected } = await drawAwayFromKinks(kernel, one);
      expect(faults(kernel, await backend.runKernel(call), expected)).toEqual([]);
    });
  }
});
