import { describe, it } from 'vitest';
import { describeGoldenNetworks } from '../support/golden-networks.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

if (missing) {
  describe('networks on a GPU', () => {
    it.skip(`cannot be run here: ${missing}`, () => undefined);
  });
} else {
  describeGoldenNetworks(testBackend(await openTestGpu()), 1e-3);
}
