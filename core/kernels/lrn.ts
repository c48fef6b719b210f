import { z } from 'zod';
import type { Kernel, KernelCase, Shape } from './kernel.ts';
import { mapShape, required } from './shape.ts';

/** Constants of (28). The sum is not divided by n, as some frameworks do. */
const attributes = z.strictObject({
  n: z.int().positive(),
  k: z.number().positive(),
  alpha: z.number().nonnegative(),
  beta: z.number().nonnegative(),
});
type Attributes = z.infer<typeof attributes>;

/** Calls visit(i, maps): an element, and the offsets of the elements in its place on the n maps around its own. */
function eachElement(
  shape: Shape,
  batch: number,
  n: number,
  visit: (i: number, around: readonly number[]) => void,
): void {
  const [channels, height, width] = mapShape(shape);
  const pixels = height * width;
  const reach = Math.floor(n / 2);
  for (let sample = 0; sample < batch; sample++) {
    for (let c = 0; c < channels; c++) {
      const first = Math.max(0, c - reach);
      const last = Math.min(channels - 1, c + reach);
      for (let p = 0; p < pixels; p++) {
        const around = Array.from({ length: last - first + 1 }, (_, j) =>
          offset(sample * channels + first + j, pixels, p),
        );
        visit(offset(sample * channels + c, pixels, p), around);
      }
    }
  }
}

const offset = (map: number, pixels: number, pixel: number) => map * pixels + pixel;

/** Local response normalisation across maps (Krizhevsky, Sutskever and Hinton 2012). Inputs: x. Outputs: y. */
export const lrnForward: Kernel<Attributes> = {
  name: 'lrn.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  shapes: ([x]) => [required(x, 'x')],
  // (28): b_i = a_i / (k + alpha sum over j from max(0, i - n/2) to min(N - 1, i + n/2) of a_j^2)^beta
  reference([x], [y], { n, k, alpha, beta }, batch) {
    const { shape, data } = required(x, 'x');
    const output = required(y, 'y').data;
    eachElement(shape.slice(1), batch, n, (i, around) => {
      const sum = around.reduce((total, j) => total + data[j]! ** 2, 0);
      output[i] = data[i]! * (k + alpha * sum) ** -beta;
    });
  },
  cases: cases((shape) => [shape]),
};

/** Inputs: x, dY. Outputs: dX. */
export const lrnBackward: Kernel<Attributes> = {
  name: 'lrn.backward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes,
  shapes: ([x]) => [required(x, 'x')],
  // With s_i the bracket of (28): db_j/da_i = [i = j] s_j^-beta - 2 alpha beta a_i a_j s_j^(-beta - 1) for i around j, so
  // dX_i = dY_i s_i^-beta - 2 alpha beta a_i sum over j around i of dY_j a_j s_j^(-beta - 1)
  reference([x, dY], [dX], { n, k, alpha, beta }, batch) {
    const { shape, data } = required(x, 'x');
    const gradient = required(dY, 'dY').data;
    const output = required(dX, 'dX').data;
    const bracket = new Float64Array(data.length);
    eachElement(shape.slice(1), batch, n, (i, around) => {
      bracket[i] = k + alpha * around.reduce((total, j) => total + data[j]! ** 2, 0);
    });
    eachElement(shape.slice(1), batch, n, (i, around) => {
      const shared = around.reduce((sum, j) => sum + gradient[j]! * data[j]! * bracket[j]! ** (-beta - 1), 0);
      output[i] = gradient[i]! * bracket[i]! ** -beta - 2 * alpha * beta * data[i]! * shared;
    });
  },
  cases: cases((shape) => [shape, shape]),
};

function cases(inputs: (shape: Shape) => Shape[]): KernelCase<Attributes>[] {
  const strong = { n: 5, k: 2, alpha: 0.5, beta: 0.75 };
  const all: [string, number, Shape, Attributes][] = [
    ['one element', 1, [1, 1, 1], strong],
    ['AlexNet’s constants, batch 5', 5, [7, 3, 4], { n: 5, k: 2, alpha: 1e-4, beta: 0.75 }],
    ['all that change the numbers, batch 16', 16, [8, 5, 3], strong],
    ['fewer maps than the window, batch 17', 17, [2, 3, 3], { ...strong, n: 9 }],
    ['an even window, batch 17', 17, [6, 2, 3], { ...strong, n: 4 }],
    ['its own map alone', 5, [3, 4, 4], { n: 1, k: 1, alpha: 1, beta: 0.5 }],
    ['an exponent of 0', 2, [3, 2, 2], { ...strong, beta: 0 }],
    ['an exponent above 1, batch 64', 64, [4, 2, 2], { n: 3, k: 0.5, alpha: 2, beta: 1.3 }],
  ];
  return all.map(([name, batch, shape, chosen]) => ({
    name,
    batch,
    attributes: chosen,
    inputs: inputs(shape),
  }));
}
