import { z } from 'zod';
import type { Buffer64, Kernel, KernelCase, Shape } from './kernel.ts';
import { mapShape, required } from './shape.ts';

export const globalPoolMode = z.enum(['max', 'mean']);
const attributes = z.strictObject({ mode: globalPoolMode });
type Attributes = z.infer<typeof attributes>;

/** Offset of the largest of `count` elements from `start`; of equal ones the first. */
function largest(data: Buffer64, start: number, count: number): number {
  let best = start;
  for (let i = start; i < start + count; i++) if (data[i]! > data[best]!) best = i;
  return best;
}

/** y [C, 1, 1] = the mean or the largest element of each map. Inputs: x. Outputs: y. */
export const globalPoolForward: Kernel<Attributes> = {
  name: 'global-pool.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  shapes: ([x]) => [[mapShape(required(x, 'x'))[0], 1, 1]],
  // (3) with one window as large as the map
  reference([x], [y], { mode }) {
    const { shape, data } = required(x, 'x');
    const output = required(y, 'y').data;
    const [, height, width] = mapShape(shape.slice(1));
    const pixels = height * width;
    for (let map = 0; map < output.length; map++) {
      const start = map * pixels;
      output[map] =
        mode === 'max'
          ? data[largest(data, start, pixels)]!
          : data.subarray(start, start + pixels).reduce((sum, value) => sum + value, 0) / pixels;
    }
  },
  cases: cases((shape) => [shape]),
};

/** A mean shares dY out over its map, a maximum hands it to the element it took. Inputs: x, dY. Outputs: dX. */
export const globalPoolBackward: Kernel<Attributes> = {
  name: 'global-pool.backward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes,
  shapes: ([x]) => [required(x, 'x')],
  // (22), (23), (40) with one window as large as the map
  reference([x, dY], [dX], { mode }) {
    const { shape, data } = required(x, 'x');
    const gradient = required(dY, 'dY').data;
    const output = required(dX, 'dX').data.fill(0);
    const [, height, width] = mapShape(shape.slice(1));
    const pixels = height * width;
    for (let map = 0; map < gradient.length; map++) {
      const start = map * pixels;
      if (mode === 'max') output[largest(data, start, pixels)] = gradient[map]!;
      else output.fill(gradient[map]! / pixels, start, start + pixels);
    }
  },
  cases: cases((shape) => [shape, [shape[0]!, 1, 1]]),
};

function cases(inputs: (shape: Shape) => Shape[]): KernelCase<Attributes>[] {
  const shapes: [string, number, Shape][] = [
    ['one pixel', 1, [1, 1, 1]],
    ['batch 5', 5, [6, 4, 4]],
    ['oblong maps, batch 16', 16, [3, 5, 2]],
    ['odd sizes, batch 17', 17, [2, 3, 7]],
    ['batch 64', 64, [4, 6, 6]],
  ];
  return globalPoolMode.options.flatMap((mode) =>
    shapes.flatMap(([name, batch, shape]) => {
      const call = { batch, attributes: { mode }, inputs: inputs(shape) };
      // From very few values, so that most maps hold their maximum more than once.
      const ties = { name: `${mode}, ${name}, with ties`, ...call, draw: { x: { labels: 3 } } };
      return [{ name: `${mode}, ${name}`, ...call }, ...(mode === 'max' ? [ties] : [])];
    }),
  );
}
