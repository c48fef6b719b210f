import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { describeGoldenLayers } from '../support/golden-layers.ts';

describeGoldenLayers(createReferenceBackend(), 1e-9);
