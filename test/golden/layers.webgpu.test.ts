import { describe, it } from 'vitest';
import { describeGoldenLayers } from '../support/golden-layers.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

if (missing) {
  describe('layers on a GPU', () => {
    it.skip(`cannot be run here: ${missing}`, () => undefined);
  });
} else {
  describeGoldenLayers(testBackend(await openTestGpu()), 1e-3);
}
