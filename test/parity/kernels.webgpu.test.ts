import { describe, it } from 'vitest';
import { describeKernels } from '../support/kernels.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

if (missing) {
  describe('kernels on a GPU', () => {
    it.skip(`cannot be run here: ${missing}`, () => undefined);
  });
} else {
  describeKernels(testBackend(await openTestGpu()));
}
