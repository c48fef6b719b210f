import { createNativeBackend } from '../../core/backends/native/index.ts';
import { describeGoldenLayers } from '../support/golden-layers.ts';

describeGoldenLayers(createNativeBackend(), 2e-4);
