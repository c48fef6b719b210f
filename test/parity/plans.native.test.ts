import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { describePlans } from '../support/plans.ts';

for (const simd of simdPaths()) {
  const backend = createNativeBackend({ simd });
  const { device } = backend;
  describePlans({ ...backend, device: { ...device, name: `the CPU, ${simd}` } }, 2);
}
