import { describe, expect, it } from 'vitest';
import { loadAddon, lowerChoice } from '../../core/backends/native/addon.ts';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { noClip } from '../../core/backends/native/program.ts';
import { everyday, everyMagnitude, expectAccurate, functions } from '../support/accuracy.ts';

for (const simd of simdPaths()) {
  describe(`vectorised functions, ${simd}`, () => {
    for (const inputs of [everyMagnitude, everyday]) {
      for (const activation of ['sigmoid', 'tanh'] as const) {
        it(`${activation} is right to 2 units in the last place over ${inputs.name} points`, async () => {
          const x = inputs();
          const [y] = await createNativeBackend({ simd }).runKernel({
            kernel: 'activation.forward',
            attributes: { activation },
            batch: 16,
            inputs: [{ shape: [16, x.length / 16], data: x }],
          });
          expectAccurate(x, y?.data ?? [], functions[activation]);
        });
      }

      it(`exp is right to 2 units in the last place over ${inputs.name} points`, async () => {
        const x = inputs();
        expectAccurate(x, await exponential(simd, x), functions.exp);
      });
    }
  });
}

/** exp alone is no kernel of any plan; the addon knows it as a call for tests. */
async function exponential(path: string, x: Float32Array): Promise<Float32Array> {
  const addon = loadAddon();
  const size = x.length / 16;
  const value = (name: string, offset: number) => ({ name, shape: [size], offset });
  const program = addon.create(
    {
      values: [value('x', 0), value('y', size)],
      parameters: [],
      calls: [
        {
          kernel: 'test.exp',
          layer: 'alone',
          inputs: [{ role: 'value', index: 0 }],
          outputs: [{ role: 'value', index: 1 }],
          numbers: [],
        },
      ],
      loss: -1,
      input: 0,
      arenaSize: 2 * size,
    },
    {
      path,
      threads: 1,
      batchSize: 16,
      optimizer: lowerChoice({ type: 'sgd' }),
      clip: noClip,
      average: 0,
      guard: true,
      profile: false,
    },
  );
  const y = new Float32Array(x.length);
  await addon.execute(
    program,
    16,
    [{ value: 0, data: x }],
    null,
    [{ value: 1, after: 0, data: y }],
    new Float32Array(16),
    null,
  );
  expect(addon.intact(program)).toBe(true);
  return y;
}
