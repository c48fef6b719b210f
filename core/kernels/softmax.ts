import { z } from 'zod';
import type { Buffer64, Kernel, KernelCase, Shape } from './kernel.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({});
type Attributes = z.infer<typeof attributes>;

/**
 * Softmax of `count` numbers from `start`, shifted by their largest, which changes nothing in exact arithmetic and
 * keeps the exponentials finite.
 */
export function softmax(from: Buffer64, start: number, count: number, to: Buffer64): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, from[i]!);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += to[i] = Math.exp(from[i]! - largest);
  for (let i = start; i < start + count; i++) to[i]! /= sum;
}

/** y_i = exp(x_i) / sum of exp(x_j) over all elements of a sample. Inputs: x. Outputs: y. */
export const softmaxForward: Kernel<Attributes> = {
  name: 'softmax.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  shapes: ([x]) => [required(x, 'x')],
  reference([x], [y], _, batch) {
    const { data } = required(x, 'x');
    const count = data.length / batch;
    for (let n = 0; n < batch; n++) softmax(data, n * count, count, required(y, 'y').data);
  },
  cases: [
    ...cases((shape) => [shape]),
    { name: 'large inputs', batch: 17, attributes: {}, inputs: [[10]], draw: { x: 'extreme' } },
  ],
};

/** Inputs: y, dY. Outputs: dX. */
export const softmaxBackward: Kernel<Attributes> = {
  name: 'softmax.backward',
  inputs: [
    { name: 'y', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes,
  shapes: ([y]) => [required(y, 'y')],
  // The rule (13) asks for, delta = dJ/du, with dy_j/du_i = y_j ([i = j] - y_i):
  // dX_i = y_i (dY_i - sum over j of dY_j y_j)
  reference([y, dY], [dX], _, batch) {
    const output = required(y, 'y').data;
    const gradient = required(dY, 'dY').data;
    const result = required(dX, 'dX').data;
    const count = output.length / batch;
    for (let n = 0; n < batch; n++) {
      let mean = 0;
      for (let i = n * count; i < (n + 1) * count; i++) mean += gradient[i]! * output[i]!;
      for (let i = n * count; i < (n + 1) * count; i++) result[i] = output[i]! * (gradient[i]! - mean);
    }
  },
  cases: cases((shape) => [shape, shape]),
};

function cases(inputs: (shape: Shape) => Shape[]): KernelCase<Attributes>[] {
  return [
    { name: 'one class', batch: 1, attributes: {}, inputs: inputs([1]) },
    { name: 'ten classes, batch 5', batch: 5, attributes: {}, inputs: inputs([10]) },
    { name: 'odd count, batch 17', batch: 17, attributes: {}, inputs: inputs([7]) },
    { name: 'maps, batch 16', batch: 16, attributes: {}, inputs: inputs([2, 3, 3]) },
    { name: 'batch 64', batch: 64, attributes: {}, inputs: inputs([10]) },
  ];
}
