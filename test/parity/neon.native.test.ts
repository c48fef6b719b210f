import { describe, it } from 'vitest';
import { runSingle, updateKernels } from '../../core/backends/native/single.ts';
import { everyday, everyMagnitude, expectAccurate, functions } from '../support/accuracy.ts';
import { EmulatedAddon } from '../support/emulated/addon.ts';
import { buildForNeon, missingForNeon } from '../support/emulated/build.ts';
import { describeKernels } from '../support/kernels.ts';

const missing = process.arch === 'arm64' ? 'this processor runs NEON itself' : missingForNeon();

if (missing) {
  describe('kernels for NEON under an emulator', () => {
    it.skip(`cannot be run here: ${missing}`, () => undefined);
  });
} else {
  const addon = new EmulatedAddon(await buildForNeon());
  describeKernels({
    kind: 'native',
    device: { id: 'cpu', name: 'an emulated 64-bit Arm, neon', details: {} },
    kernels: new Set([...addon.kernels(), ...updateKernels]),
    runKernel: (call) => runSingle(addon, 'neon', call),
    compile: () => Promise.reject(new Error('only single kernels are emulated')),
  });

  describe('vectorised functions, emulated neon', () => {
    for (const activation of ['sigmoid', 'tanh'] as const) {
      for (const inputs of [everyMagnitude, everyday]) {
        it(`${activation} is right to 2 units in the last place over ${inputs.name} points`, async () => {
          const x = inputs();
          const call = {
            kernel: 'activation.forward',
            attributes: { activation },
            batch: 16,
            inputs: [{ shape: [16, x.length / 16], data: x }],
          };
          const [y] = await runSingle(addon, 'neon', call);
          expectAccurate(x, y?.data ?? [], functions[activation]);
        });
      }
    }
  });
}
