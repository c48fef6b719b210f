import type { Kernel } from './kernel.ts';
import {
  eachWindow,
  type PoolAttributes,
  type PoolBackwardAttributes,
  poolAttributes,
  poolBackwardAttributes,
  pooledShape,
  poolForwardCases,
  poolGeometries,
} from './pool.ts';
import { required } from './shape.ts';

/** y = the mean under each window; padding counts as zeros, the divisor is always size * size. Inputs: x. Outputs: y. */
export const meanPoolForward: Kernel<PoolAttributes> = {
  name: 'mean-pool.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: poolAttributes,
  shapes: ([x], attributes) => [pooledShape(required(x, 'x'), attributes)],
  // (3): down(x), by the mean
  reference([x], [y], attributes, batch) {
    const { shape, data } = required(x, 'x');
    const output = required(y, 'y').data;
    eachWindow(shape.slice(1), batch, attributes, (o, covered) => {
      output[o] = covered.reduce((sum, i) => sum + data[i]!, 0) / attributes.size ** 2;
    });
  },
  cases: poolForwardCases,
};

/** Each dY is shared out evenly under its window; windows that overlap add up. Inputs: dY. Outputs: dX. */
export const meanPoolBackward: Kernel<PoolBackwardAttributes> = {
  name: 'mean-pool.backward',
  inputs: [{ name: 'dY', role: 'value' }],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: poolBackwardAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (22), (23): up(delta) = delta (x) ones(n, n) / n^2, without the factor f' that belongs to the layer below
  reference([dY], [dX], attributes, batch) {
    const gradient = required(dY, 'dY').data;
    const output = required(dX, 'dX').data.fill(0);
    eachWindow(attributes.inputShape, batch, attributes, (o, covered) => {
      for (const i of covered) output[i]! += gradient[o]! / attributes.size ** 2;
    });
  },
  cases: poolGeometries.map(({ name, batch, input, window }) => ({
    name,
    batch,
    attributes: { ...window, inputShape: input },
    inputs: [pooledShape(input, window)],
  })),
};
