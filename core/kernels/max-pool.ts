import type { Buffer64, Kernel } from './kernel.ts';
import {
  eachWindow,
  type PoolAttributes,
  poolAttributes,
  pooledShape,
  poolForwardCases,
  poolGeometries,
} from './pool.ts';
import { required } from './shape.ts';

/** Offset of the largest element; of equal ones the first in row-major order. */
function largest(data: Buffer64, covered: readonly number[]): number {
  return covered.reduce((best, i) => (data[i]! > data[best]! ? i : best));
}

/** y = the largest element under each window; padding counts as minus infinity. Inputs: x. Outputs: y. */
export const maxPoolForward: Kernel<PoolAttributes> = {
  name: 'max-pool.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: poolAttributes,
  shapes: ([x], attributes) => [pooledShape(required(x, 'x'), attributes)],
  // (3): down(x), by the maximum
  reference([x], [y], attributes, batch) {
    const { shape, data } = required(x, 'x');
    const output = required(y, 'y').data;
    eachWindow(shape.slice(1), batch, attributes, (o, covered) => {
      output[o] = data[largest(data, covered)]!;
    });
  },
  cases: poolForwardCases,
};

/**
 * Each dY goes to the element its window took, the first in row-major order where several are equal; windows that
 * overlap add up. Inputs: x, dY. Outputs: dX.
 */
export const maxPoolBackward: Kernel<PoolAttributes> = {
  name: 'max-pool.backward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: poolAttributes,
  shapes: ([x]) => [required(x, 'x')],
  // (22) with up() of the maximum; (40): dX_i = sum over windows j of [i = argmax of j] dY_j
  reference([x, dY], [dX], attributes, batch) {
    const { shape, data } = required(x, 'x');
    const gradient = required(dY, 'dY').data;
    const output = required(dX, 'dX').data.fill(0);
    eachWindow(shape.slice(1), batch, attributes, (o, covered) => {
      output[largest(data, covered)]! += gradient[o]!;
    });
  },
  cases: poolGeometries.flatMap(({ name, batch, input, window }) => {
    const call = { batch, attributes: window, inputs: [input, pooledShape(input, window)] };
    return [
      { name, ...call },
      // Drawn from very few values, so that most windows hold their maximum more than once.
      { name: `${name}, with ties`, ...call, draw: { x: { labels: 3 } } },
    ];
  }),
};
