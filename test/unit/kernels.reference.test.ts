import { expect, it } from 'vitest';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
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
