import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import { channelShapes, mapOf } from './channels.ts';
import type { Kernel } from './kernel.ts';
import { required } from './shape.ts';
import { weightedBackwardInput, weightedBackwardWeight, weightedForward } from './weighted.ts';

const forwardAttributes = z.strictObject({ activation: activationName });
const backwardAttributes = z.strictObject({});
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardAttributes = z.infer<typeof backwardAttributes>;

/**
 * y = f(w x + b), one gain and bias for each map: LeCun's subsampling after the averaging (LeCun et al. 1998, layers S2
 * and S4). Weight and bias are [channels]. Inputs: x, weight, bias (optional). Outputs: y.
 */
export const channelScaleForward: Kernel<ForwardAttributes> = {
  name: 'channel-scale.forward',
  ...weightedForward,
  attributes: forwardAttributes,
  inPlace: [0],
  shapes: ([x]) => [required(x, 'x')],
  // (3) with a gain: x_j = f(w_j down(x_j) + b_j)
  reference([x, weight, bias], [y], { activation }) {
    const maps = required(x, 'x');
    const gains = required(weight, 'weight').data;
    const output = required(y, 'y').data;
    const map = mapOf(maps);
    for (let i = 0; i < output.length; i++) {
      output[i] = maps.data[i]! * gains[map(i)]! + (bias ? bias.data[map(i)]! : 0);
    }
    activate(output, output.length, activation);
  },
  cases: channelShapes.flatMap(([name, batch, shape], k) =>
    (k === 2 ? activationName.options : (['linear'] as const)).map((activation) => ({
      name: `${activation}, ${name}`,
      batch,
      attributes: { activation },
      inputs: [shape, shape.slice(0, 1), k === 1 ? null : shape.slice(0, 1)],
    })),
  ),
};

/** dX = w dY. Inputs: dY, weight. Outputs: dX. */
export const channelScaleBackwardInput: Kernel<BackwardAttributes> = {
  name: 'channel-scale.backward-input',
  ...weightedBackwardInput,
  attributes: backwardAttributes,
  inPlace: [0],
  shapes: ([dY]) => [required(dY, 'dY')],
  reference([dY, weight], [dX]) {
    const gradient = required(dY, 'dY');
    const gains = required(weight, 'weight').data;
    const output = required(dX, 'dX').data;
    const map = mapOf(gradient);
    for (let i = 0; i < output.length; i++) output[i] = gradient.data[i]! * gains[map(i)]!;
  },
  cases: channelShapes.map(([name, batch, shape]) => ({
    name,
    batch,
    attributes: {},
    inputs: [shape, shape.slice(0, 1)],
  })),
};

/** Summed over the batch. Inputs: x, dY. Outputs: dWeight, dBias (optional). */
export const channelScaleBackwardWeight: Kernel<BackwardAttributes> = {
  name: 'channel-scale.backward-weight',
  ...weightedBackwardWeight,
  attributes: backwardAttributes,
  shapes: ([x]) => [required(x, 'x').slice(0, 1), required(x, 'x').slice(0, 1)],
  // dw_j = sum over u, v of (delta_j)_uv down(x_j)_uv; (21): db_j = sum over u, v of (delta_j)_uv
  reference([x, dY], [dWeight, dBias]) {
    const maps = required(x, 'x');
    const gradient = required(dY, 'dY').data;
    const gains = required(dWeight, 'dWeight').data.fill(0);
    const biases = dBias?.data.fill(0);
    const map = mapOf(maps);
    for (let i = 0; i < gradient.length; i++) {
      gains[map(i)]! += gradient[i]! * maps.data[i]!;
      if (biases) biases[map(i)]! += gradient[i]!;
    }
  },
  cases: channelShapes.map(([name, batch, shape]) => ({
    name,
    batch,
    attributes: {},
    inputs: [shape, shape],
  })),
};
