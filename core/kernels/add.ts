import { z } from 'zod';
import type { Kernel, Shape } from './kernel.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({});

/**
 * y = the sum of inputs of one shape, added from left to right. The gradient of each is dY itself, so there is no
 * backward kernel; gradients of a value with several consumers are summed with this one too.
 * Inputs: x, x, ... (at least two). Outputs: y.
 */
export const addForward: Kernel<z.infer<typeof attributes>> = {
  name: 'add.forward',
  inputs: [{ name: 'x', role: 'value', repeated: true }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  inPlace: [0],
  shapes: ([x]) => [required(x, 'x')],
  reference(inputs, [y]) {
    const output = required(y, 'y').data;
    for (let i = 0; i < output.length; i++) {
      let sum = 0;
      for (const x of inputs) sum += required(x, 'x').data[i]!;
      output[i] = sum;
    }
  },
  cases: (
    [
      ['two numbers', 1, [1], 2],
      ['two vectors, batch 5', 5, [7], 2],
      ['three stacks of maps, batch 17', 17, [3, 5, 3], 3],
      ['five, batch 16', 16, [2, 2, 2], 5],
      ['batch 64', 64, [10], 2],
    ] satisfies [string, number, Shape, number][]
  ).map(([name, batch, shape, count]) => ({
    name,
    batch,
    attributes: {},
    inputs: Array.from({ length: count }, () => shape),
  })),
};
