import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import type { Kernel, Shape } from './kernel.ts';
import { mapShape, required } from './shape.ts';

const forwardAttributes = z.strictObject({ activation: activationName });
const backwardAttributes = z.strictObject({});
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardAttributes = z.infer<typeof backwardAttributes>;

/**
 * y = f(x + b), one bias for each map: what the lecture's pooling layer does after the pooling itself. Bias is
 * [channels]. Inputs: x, bias. Outputs: y.
 */
export const channelBiasForward: Kernel<ForwardAttributes> = {
  name: 'channel-bias.forward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'bias', role: 'parameter' },
  ],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: forwardAttributes,
  inPlace: [0],
  shapes: ([x]) => [required(x, 'x')],
  // (3): x_j = f(down(x_j) + b_j)
  reference([x, bias], [y], { activation }) {
    const { shape, data } = required(x, 'x');
    const biases = required(bias, 'bias').data;
    const output = required(y, 'y').data;
    const [channels, height, width] = mapShape(shape.slice(1));
    for (let i = 0; i < data.length; i++) {
      output[i] = data[i]! + biases[Math.floor(i / (height * width)) % channels]!;
    }
    activate(output, output.length, activation);
  },
  cases: shapes().flatMap(([name, batch, shape], k) =>
    (k === 2 ? activationName.options : (['linear'] as const)).map((activation) => ({
      name: `${activation}, ${name}`,
      batch,
      attributes: { activation },
      inputs: [shape, shape.slice(0, 1)],
    })),
  ),
};

/** Gradient of the bias, summed over the batch; that of x is dY itself. Inputs: dY. Outputs: dBias. */
export const channelBiasBackward: Kernel<BackwardAttributes> = {
  name: 'channel-bias.backward',
  inputs: [{ name: 'dY', role: 'value' }],
  outputs: [{ name: 'dBias', role: 'gradient' }],
  attributes: backwardAttributes,
  shapes: ([dY]) => [required(dY, 'dY').slice(0, 1)],
  // (21): db_j = sum over u, v of (delta_j)_uv
  reference([dY], [dBias]) {
    const { shape, data } = required(dY, 'dY');
    const output = required(dBias, 'dBias').data.fill(0);
    const [channels, height, width] = mapShape(shape.slice(1));
    for (let i = 0; i < data.length; i++) output[Math.floor(i / (height * width)) % channels]! += data[i]!;
  },
  cases: shapes().map(([name, batch, shape]) => ({ name, batch, attributes: {}, inputs: [shape] })),
};

function shapes(): [string, number, Shape][] {
  return [
    ['one pixel', 1, [1, 1, 1]],
    ['batch 5', 5, [6, 4, 4]],
    ['odd sizes, batch 17', 17, [3, 5, 3]],
    ['batch 64', 64, [2, 2, 2]],
  ];
}
