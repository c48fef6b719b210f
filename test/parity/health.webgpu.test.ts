import { describe, it } from 'vitest';
import { expectSameHealth } from '../support/same-health.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

describe('the health of a network on a GPU', () => {
  if (missing) it.skip(`cannot be run here: ${missing}`, () => undefined);
  else {
    it('is that of the reference: dead units, saturation, norms, updates', async () => {
      await expectSameHealth(testBackend(await openTestGpu()));
    });
  }
});
