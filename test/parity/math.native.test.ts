import { describe, expect, it } from 'vitest';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';

const points = 1 << 20;

/** Evenly over the bit patterns of float32, so over its whole range; infinities, zeros and denormals among them. */
function everyMagnitude(): Float32Array {
  const bits = Uint32Array.from({ length: points }, (_, i) => Math.imul(i, 4093) >>> 0);
  bits.set([0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x7f800000, 0xff800000, 0x7fc00000]);
  return new Float32Array(bits.buffer);
}

/** Densely where the functions are not yet flat. */
function everyday(): Float32Array {
  return Float32Array.from({ length: points }, (_, i) => (i / points - 0.5) * 210);
}

/** Distance between a float32 and the exact result, in units of the last place of the result. */
function ulps(actual: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(actual) ? 0 : Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact) || 2 ** -149)));
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}

const functions = {
  sigmoid: (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  tanh: Math.tanh,
};

for (const simd of simdPaths()) {
  describe(`vectorised functions, ${simd}`, () => {
    for (const [activation, exact] of Object.entries(functions)) {
      for (const inputs of [everyMagnitude, everyday]) {
        it(`${activation} is right to 2 units in the last place over ${inputs.name} points`, async () => {
          const x = inputs();
          const [y] = await createNativeBackend({ simd }).runKernel({
            kernel: 'activation.forward',
            attributes: { activation },
            batch: 16,
            inputs: [{ shape: [16, points / 16], data: x }],
          });
          let worst = { x: 0, error: 0 };
          x.forEach((value, i) => {
            const error = ulps(y?.data[i] as number, exact(value));
            if (!(error <= worst.error)) worst = { x: value, error };
          });
          expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(2);
        });
      }
    }
  });
}
