import { expect, it } from 'vitest';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { runKernel } from '../../core/backends/reference/single.ts';
import { kernels } from '../../core/kernels/index.ts';
import type { Kernel } from '../../core/kernels/kernel.ts';
import { describeKernels } from '../support/kernels.ts';

// Against itself with float32 storage: shows that every case has shapes, attributes and numbers that can be run, and
// that rounding alone stays within the tolerance that other backends are held to.
describeKernels(createReferenceBackend({ precision: 'float32' }));

it('refuses a kernel it does not have', async () => {
  const call = { kernel: 'conv3d.forward', attributes: {}, batch: 1, inputs: [] };
  await expect(createReferenceBackend().runKernel(call)).rejects.toMatchObject({
    code: 'backend.unsupported',
  });
});

it('finds an element that a kernel leaves unwritten', () => {
  const forgetful: Kernel = {
    ...(kernels.get('activation.forward') as Kernel),
    reference: (_, [y]) => void y?.data.fill(0, 0, 2),
  };
  const x = { shape: [1, 3], data: Float32Array.of(1, 2, 3) };
  const call = { kernel: forgetful.name, attributes: { activation: 'relu' }, batch: 1, inputs: [x] };
  expect(() => runKernel(forgetful, call, 'float64')).toThrow('left element 2 of y (1x3) unwritten');
});
