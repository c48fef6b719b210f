import { describe, it } from 'vitest';
import { describePlans } from '../support/plans.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

if (missing) {
  describe('plans on a GPU', () => {
    it.skip(`cannot be run here: ${missing}`, () => undefined);
  });
} else {
  describePlans(testBackend(await openTestGpu()));
}
