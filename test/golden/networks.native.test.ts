import { createNativeBackend } from '../../core/backends/native/index.ts';
import { describeGoldenNetworks } from '../support/golden-networks.ts';

describeGoldenNetworks(createNativeBackend(), 2e-4);
