import { z } from 'zod';
import type { Kernel } from './kernel.ts';

type Operands = Pick<Kernel, 'inputs' | 'outputs'>;

/** Operands of the three kernels of a layer that weighs its inputs: y of x, weight and bias, and the gradients. */
export const weightedForward: Operands = {
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'weight', role: 'parameter' },
    { name: 'bias', role: 'parameter', optional: true },
  ],
  outputs: [{ name: 'y', role: 'value' }],
};
export const weightedBackwardInput: Operands = {
  inputs: [
    { name: 'dY', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
};
export const weightedBackwardWeight: Operands = {
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [
    { name: 'dWeight', role: 'gradient' },
    { name: 'dBias', role: 'gradient', optional: true },
  ],
};

/** Of the gradient of x: its shape, without the batch. */
export const inputShapeAttributes = z.strictObject({ inputShape: z.array(z.int().positive()).min(1) });
export type InputShapeAttributes = z.infer<typeof inputShapeAttributes>;
