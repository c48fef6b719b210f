import { z } from 'zod';
import type { Buffer64 } from './kernel.ts';

/** The `activation` attribute of the kernels that can apply f to what they write (2). */
export const activationName = z.enum(['linear', 'sigmoid', 'tanh', 'relu']);
export type ActivationName = z.infer<typeof activationName>;

interface Activation {
  /** y = f(u) */
  readonly value: (u: number) => number;
  /** f'(u), written in terms of y = f(u), so that u need not be kept. */
  readonly slope: (y: number) => number;
}

/** (2) and figures 7 and 31 of the lecture. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  linear: { value: (u) => u, slope: () => 1 },
  sigmoid: { value: (u) => 1 / (1 + Math.exp(-u)), slope: (y) => y * (1 - y) },
  tanh: { value: (u) => Math.tanh(u), slope: (y) => 1 - y * y },
  // The slope at the kink itself is 0, as in the lecture (figure 31) and in every framework.
  relu: { value: (u) => Math.max(0, u), slope: (y) => (y > 0 ? 1 : 0) },
};

/** Applies f in place to the first `count` elements. */
export function activate(data: Buffer64, count: number, name: ActivationName): void {
  const { value } = activations[name];
  for (let i = 0; i < count; i++) data[i] = value(data[i]!);
}
