import { z } from 'zod';
import type { Kernel, KernelCase, Shape } from './kernel.ts';
import { elements, required, sameShape } from './shape.ts';

const forwardAttributes = z.strictObject({});
const backwardAttributes = z.strictObject({
  /** Of each input, without the batch, in order. */
  inputShapes: z.array(z.array(z.int().positive()).min(1)).min(1),
});
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardAttributes = z.infer<typeof backwardAttributes>;

/** Along channels where all are maps of one size, else of the flattened inputs. */
export function concatenatedShape(inputs: readonly Shape[]): Shape {
  const [first = []] = inputs;
  const maps = first.length === 3 && inputs.every((shape) => sameShape(shape.slice(1), first.slice(1)));
  if (!maps) return [inputs.reduce((sum, shape) => sum + elements(shape), 0)];
  return [inputs.reduce((sum, [channels = 0]) => sum + channels, 0), ...first.slice(1)];
}

/**
 * The elements of each sample one input after the other; channels are outermost, so that this is also what joining
 * maps along channels means. Inputs: x, x, ... Outputs: y.
 */
export const concatForward: Kernel<ForwardAttributes> = {
  name: 'concat.forward',
  inputs: [{ name: 'x', role: 'value', repeated: true }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: forwardAttributes,
  shapes: (inputs) => [concatenatedShape(inputs.map((shape) => required(shape, 'x')))],
  reference(inputs, [y], _, batch) {
    const output = required(y, 'y').data;
    let at = 0;
    for (let n = 0; n < batch; n++) {
      for (const tensor of inputs) {
        const { data } = required(tensor, 'x');
        const count = data.length / batch;
        output.set(data.subarray(n * count, (n + 1) * count), at);
        at += count;
      }
    }
  },
  cases: cases().map(([name, batch, inputs]) => ({ name, batch, attributes: {}, inputs })),
};

/** Hands each input its part of dY. Inputs: dY. Outputs: dX, dX, ... (each may be left out). */
export const concatBackward: Kernel<BackwardAttributes> = {
  name: 'concat.backward',
  inputs: [{ name: 'dY', role: 'value' }],
  outputs: [{ name: 'dX', role: 'value', repeated: true, optional: true }],
  attributes: backwardAttributes,
  shapes: (_, { inputShapes }) => inputShapes,
  // dX_k = the elements of dY that came from input k
  reference([dY], outputs, { inputShapes }, batch) {
    const gradient = required(dY, 'dY').data;
    let at = 0;
    for (let n = 0; n < batch; n++) {
      inputShapes.forEach((shape, k) => {
        const count = elements(shape);
        outputs[k]?.data.set(gradient.subarray(at, at + count), n * count);
        at += count;
      });
    }
  },
  cases: cases().map(
    ([name, batch, inputs]): KernelCase<BackwardAttributes> => ({
      name,
      batch,
      attributes: { inputShapes: inputs.map((shape) => [...shape]) },
      inputs: [concatenatedShape(inputs)],
    }),
  ),
};

function cases(): [string, number, Shape[]][] {
  return [
    ['one vector', 1, [[3]]],
    ['two vectors, batch 5', 5, [[3], [4]]],
    [
      'three stacks of maps, batch 17',
      17,
      [
        [1, 3, 5],
        [4, 3, 5],
        [2, 3, 5],
      ],
    ],
    ['maps of different sizes are flattened, batch 16', 16, [[2, 4, 4], [3, 2, 2], [5]]],
    ['batch 64', 64, [[1], [1]]],
  ];
}
