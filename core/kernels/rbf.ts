import { z } from 'zod';
import type { Kernel, Shape } from './kernel.ts';
import { elements, required } from './shape.ts';
import { type InputShapeAttributes, inputShapeAttributes } from './weighted.ts';

const plain = z.strictObject({});
type Plain = z.infer<typeof plain>;

/**
 * Radial basis functions (LeCun et al. 1998, (7)): y_i = -sum over j of (x_j - w_ij)^2, the squared distance to unit i's
 * centre, negated so that the nearest centre has the largest output, as a logit. x of any shape is read as one vector;
 * weight is [units, inputs].
 * Inputs: x, weight. Outputs: y.
 */
export const rbfForward: Kernel<Plain> = {
  name: 'rbf.forward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: plain,
  shapes: ([, weight]) => [required(weight, 'weight').slice(0, 1)],
  reference([x, weight], [y], _, batch) {
    const input = required(x, 'x').data;
    const centres = required(weight, 'weight').data;
    const output = required(y, 'y').data;
    const [units, width] = [output.length / batch, input.length / batch];
    for (let o = 0; o < output.length; o++) {
      const [n, i] = [Math.floor(o / units), o % units];
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (input[n * width + j]! - centres[i * width + j]!) ** 2;
      output[o] = -sum;
    }
  },
  cases: sketches().map(({ name, batch, input, units }) => ({
    name,
    batch,
    attributes: {},
    inputs: [input, [units, elements(input)]],
  })),
};

/** dX_j = -2 sum over i of dY_i (x_j - w_ij). Inputs: x, dY, weight. Outputs: dX, in the shape of x. */
export const rbfBackwardInput: Kernel<InputShapeAttributes> = {
  name: 'rbf.backward-input',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: inputShapeAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  reference([x, dY, weight], [dX], _, batch) {
    const input = required(x, 'x').data;
    const gradient = required(dY, 'dY').data;
    const centres = required(weight, 'weight').data;
    const output = required(dX, 'dX').data;
    const [units, width] = [gradient.length / batch, input.length / batch];
    for (let k = 0; k < output.length; k++) {
      const [n, j] = [Math.floor(k / width), k % width];
      let sum = 0;
      for (let i = 0; i < units; i++) sum += gradient[n * units + i]! * (input[k]! - centres[i * width + j]!);
      output[k] = -2 * sum;
    }
  },
  cases: sketches().map(({ name, batch, input, units }) => ({
    name,
    batch,
    attributes: { inputShape: [...input] },
    inputs: [input, [units], [units, elements(input)]],
  })),
};

/** dw_ij = 2 dY_i (x_j - w_ij), summed over the batch. Inputs: x, dY, weight. Outputs: dWeight. */
export const rbfBackwardWeight: Kernel<Plain> = {
  name: 'rbf.backward-weight',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'dWeight', role: 'gradient' }],
  attributes: plain,
  shapes: ([, , weight]) => [required(weight, 'weight')],
  reference([x, dY, weight], [dWeight], _, batch) {
    const input = required(x, 'x').data;
    const gradient = required(dY, 'dY').data;
    const centres = required(weight, 'weight').data;
    const output = required(dWeight, 'dWeight').data.fill(0);
    const [units, width] = [gradient.length / batch, input.length / batch];
    for (let n = 0; n < batch; n++) {
      for (let w = 0; w < output.length; w++) {
        const [i, j] = [Math.floor(w / width), w % width];
        output[w]! += 2 * gradient[n * units + i]! * (input[n * width + j]! - centres[w]!);
      }
    }
  },
  cases: sketches().map(({ name, batch, input, units }) => ({
    name,
    batch,
    attributes: {},
    inputs: [input, [units], [units, elements(input)]],
  })),
};

function sketches(): { name: string; batch: number; input: Shape; units: number }[] {
  return [
    { name: 'one to one', batch: 1, input: [1], units: 1 },
    { name: 'maps, batch 17', batch: 17, input: [3, 2, 3], units: 5 },
    { name: 'LeNet-5, batch 33', batch: 33, input: [84], units: 10 },
  ];
}
