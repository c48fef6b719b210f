import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import { channelShapes, mapOf } from './channels.ts';
import type { Kernel } from './kernel.ts';
import { required } from './shape.ts';

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
    const maps = required(x, 'x');
    const biases = required(bias, 'bias').data;
    const output = required(y, 'y').data;
    const map = mapOf(maps);
    for (let i = 0; i < output.length; i++) output[i] = maps.data[i]! + biases[map(i)]!;
    activate(output, output.length, activation);
  },
  cases: channelShapes.flatMap(([name, batch, shape], k) =>
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
    const gradient = required(dY, 'dY');
    const output = required(dBias, 'dBias').data.fill(0);
    const map = mapOf(gradient);
    for (let i = 0; i < gradient.data.length; i++) output[map(i)]! += gradient.data[i]!;
  },
  cases: channelShapes.map(([name, batch, shape]) => ({ name, batch, attributes: {}, inputs: [shape] })),
};
