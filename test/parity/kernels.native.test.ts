import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { describeKernels } from '../support/kernels.ts';

for (const simd of simdPaths()) {
  const backend = createNativeBackend({ simd });
  const { device } = backend;
  describeKernels({ ...backend, device: { ...device, name: `the CPU, ${simd}` } });
}
