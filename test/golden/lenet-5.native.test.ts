import { createNativeBackend } from '../../core/backends/native/index.ts';
import { describeGolden } from '../support/golden.ts';

// The figure that a researcher can hold `convolab probe` to.
describeGolden(createNativeBackend(), 2e-4);
