import { expect } from 'vitest';

const points = 1 << 20;

/** Evenly over the bit patterns of float32, so over its whole range; infinities, NaN, zeros and denormals among them. */
export function everyMagnitude(): Float32Array {
  const bits = Uint32Array.from({ length: points }, (_, i) => Math.imul(i, 4093) >>> 0);
  bits.set([0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x7f800000, 0xff800000, 0x7fc00000]);
  return new Float32Array(bits.buffer);
}

/** Densely where the functions are not yet flat. */
export function everyday(): Float32Array {
  return Float32Array.from({ length: points }, (_, i) => (i / points - 0.5) * 210);
}

export const functions = {
  exp: Math.exp,
  sigmoid: (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  tanh: Math.tanh,
} satisfies Record<string, (x: number) => number>;

/** Fails unless every y is within 2 units in the last place of f(x); NaN where that is, infinite beyond float32. */
export function expectAccurate(x: Float32Array, y: ArrayLike<number>, f: (x: number) => number): void {
  let worst = { x: 0, error: 0 };
  x.forEach((value, i) => {
    const error = ulps(y[i] as number, f(value));
    if (!(error <= worst.error)) worst = { x: value, error };
  });
  expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(2);
}

/** Distance between a float32 and the exact result, in units of the last place of the result. */
function ulps(actual: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(actual) ? 0 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(Math.fround(exact)))
    return actual === Math.fround(exact) ? 0 : Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact) || 2 ** -149)));
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}
