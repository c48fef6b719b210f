import { createNativeBackend } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { describeOptimizers } from '../support/optimizers.ts';

describeOptimizers(createReferenceBackend(), 2e-6);
describeOptimizers(createNativeBackend(), 5e-6);
