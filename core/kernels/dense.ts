import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import type { Kernel, Shape } from './kernel.ts';
import { elements, required } from './shape.ts';
import {
  type InputShapeAttributes,
  inputShapeAttributes,
  weightedBackwardInput,
  weightedBackwardWeight,
  weightedForward,
} from './weighted.ts';

/**
 * Fully connected layer. x of any shape is read as one vector, maps in C, H, W order. Weight is [units, inputs],
 * bias [units].
 */
const forwardAttributes = z.strictObject({ activation: activationName });
const backwardWeightAttributes = z.strictObject({});
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardWeightAttributes = z.infer<typeof backwardWeightAttributes>;

/** y = f(W x + b). Inputs: x, weight, bias (optional). Outputs: y. */
export const denseForward: Kernel<ForwardAttributes> = {
  name: 'dense.forward',
  ...weightedForward,
  attributes: forwardAttributes,
  shapes: ([, weight]) => [required(weight, 'weight').slice(0, 1)],
  // (5), (6): y = f(W x + b)
  reference([x, weight, bias], [y], { activation }, batch) {
    const input = required(x, 'x').data;
    const matrix = required(weight, 'weight').data;
    const output = required(y, 'y').data;
    const units = output.length / batch;
    const width = input.length / batch;
    for (let n = 0; n < batch; n++) {
      for (let j = 0; j < units; j++) {
        let sum = bias ? bias.data[j]! : 0;
        for (let i = 0; i < width; i++) sum += matrix[j * width + i]! * input[n * width + i]!;
        output[n * units + j] = sum;
      }
    }
    activate(output, output.length, activation);
  },
  cases: sketches().map(({ name, batch, input, units, bias, activation, draw }) => ({
    name,
    batch,
    attributes: { activation: activation ?? 'linear' },
    inputs: [input, [units, elements(input)], bias === false ? null : [units]],
    ...(draw && { draw }),
  })),
};

/**
 * dX from dY, where dY is already the lecture's delta (through `activation.backward`).
 * Inputs: dY, weight. Outputs: dX, in the shape that x had.
 */
export const denseBackwardInput: Kernel<InputShapeAttributes> = {
  name: 'dense.backward-input',
  ...weightedBackwardInput,
  attributes: inputShapeAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (17), (20), without the factor f' that belongs to the layer below: dX = transpose(W) delta
  reference([dY, weight], [dX], _, batch) {
    const gradient = required(dY, 'dY').data;
    const matrix = required(weight, 'weight').data;
    const output = required(dX, 'dX').data;
    const units = gradient.length / batch;
    const width = output.length / batch;
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < width; i++) {
        let sum = 0;
        for (let j = 0; j < units; j++) sum += matrix[j * width + i]! * gradient[n * units + j]!;
        output[n * width + i] = sum;
      }
    }
  },
  cases: sketches().map(({ name, batch, input, units }) => ({
    name,
    batch,
    attributes: { inputShape: [...input] },
    inputs: [[units], [units, elements(input)]],
  })),
};

/** Gradients of weight and bias, summed over the batch. Inputs: x, dY. Outputs: dWeight, dBias (optional). */
export const denseBackwardWeight: Kernel<BackwardWeightAttributes> = {
  name: 'dense.backward-weight',
  ...weightedBackwardWeight,
  attributes: backwardWeightAttributes,
  shapes([x, dY]) {
    const units = elements(required(dY, 'dY'));
    return [[units, elements(required(x, 'x'))], [units]];
  },
  // (15), (19): dW = delta transpose(x), db = delta, here summed over the batch
  reference([x, dY], [dWeight, dBias], _, batch) {
    const input = required(x, 'x').data;
    const gradient = required(dY, 'dY').data;
    const matrix = required(dWeight, 'dWeight').data.fill(0);
    const bias = dBias?.data.fill(0);
    const units = gradient.length / batch;
    const width = input.length / batch;
    for (let n = 0; n < batch; n++) {
      for (let j = 0; j < units; j++) {
        const delta = gradient[n * units + j]!;
        for (let i = 0; i < width; i++) matrix[j * width + i]! += delta * input[n * width + i]!;
        if (bias) bias[j]! += delta;
      }
    }
  },
  cases: sketches().map(({ name, batch, input, units }) => ({
    name,
    batch,
    attributes: {},
    inputs: [input, [units]],
  })),
};

interface Sketch {
  readonly name: string;
  readonly batch: number;
  readonly input: Shape;
  readonly units: number;
  readonly bias?: false;
  readonly activation?: ForwardAttributes['activation'];
  readonly draw?: { x: 'extreme' };
}

/** Geometries on which all three kernels are judged. */
function sketches(): Sketch[] {
  return [
    { name: 'one to one', batch: 1, input: [1], units: 1 },
    { name: 'odd sizes, batch 5', batch: 5, input: [13], units: 7 },
    { name: 'no bias, batch 16', batch: 16, input: [33], units: 10, bias: false },
    { name: 'maps, batch 17', batch: 17, input: [3, 5, 5], units: 11 },
    { name: 'LeNet output, batch 64', batch: 64, input: [84], units: 10 },
    { name: 'C5 of LeNet', batch: 17, input: [16, 5, 5], units: 120, activation: 'sigmoid' },
    { name: 'fused sigmoid', batch: 17, input: [9], units: 5, activation: 'sigmoid' },
    { name: 'fused tanh', batch: 17, input: [9], units: 5, activation: 'tanh' },
    { name: 'fused relu', batch: 17, input: [9], units: 5, activation: 'relu' },
    {
      name: 'fused sigmoid far into saturation',
      batch: 5,
      input: [9],
      units: 5,
      activation: 'sigmoid',
      draw: { x: 'extreme' },
    },
  ];
}
