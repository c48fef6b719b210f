import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { describeGolden } from '../support/golden.ts';

describeGolden(createReferenceBackend(), 1e-9);
