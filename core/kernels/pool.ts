import { z } from 'zod';
import type { KernelCase, Shape } from './kernel.ts';
import { mapShape, windows } from './shape.ts';

/** Attributes of every pooling kernel: square windows, which overlap where the stride is below the size. */
export const poolAttributes = z
  .strictObject({
    size: z.int().positive(),
    stride: z.int().positive(),
    pad: z.int().nonnegative(),
  })
  // Else a window could lie wholly in the padding, and have no largest element.
  .refine(({ size, pad }) => pad < size, 'the padding must be below the size');
export type PoolAttributes = z.infer<typeof poolAttributes>;

/** With the shape of x, which dY alone does not tell where the stride leaves a remainder. */
export const poolBackwardAttributes = poolAttributes.safeExtend({
  inputShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
});
export type PoolBackwardAttributes = z.infer<typeof poolBackwardAttributes>;

/** [C, H, W] of what a pooling yields. */
export function pooledShape(input: Shape, { size, stride, pad }: PoolAttributes): [number, number, number] {
  const [channels, height, width] = mapShape(input);
  return [channels, windows(height, size, stride, pad), windows(width, size, stride, pad)];
}

/**
 * Visits every window of a stack of maps in row-major order with its output's offset, and the offsets of the input
 * elements under it, in row-major order and without the padding.
 */
export function eachWindow(
  input: Shape,
  batch: number,
  attributes: PoolAttributes,
  visit: (output: number, covered: readonly number[]) => void,
): void {
  const { size, stride, pad } = attributes;
  const [channels, height, width] = mapShape(input);
  const [, outHeight, outWidth] = pooledShape(input, attributes);
  let output = 0;
  for (let map = 0; map < batch * channels; map++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const covered: number[] = [];
        for (let iy = oy * stride - pad; iy < oy * stride - pad + size; iy++) {
          for (let ix = ox * stride - pad; ix < ox * stride - pad + size; ix++) {
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            covered.push((map * height + iy) * width + ix);
          }
        }
        visit(output++, covered);
      }
    }
  }
}

interface PoolGeometry {
  readonly name: string;
  readonly batch: number;
  readonly input: [number, number, number];
  readonly window: PoolAttributes;
}

/** Geometries on which the pooling kernels are judged. */
export const poolGeometries: readonly PoolGeometry[] = [
  geometry('one pixel', 1, [1, 1, 1], 1, 1),
  geometry('2x2 as in LeNet, batch 5', 5, [6, 8, 8], 2, 2),
  geometry('2x2 with a remainder, batch 16', 16, [3, 7, 9], 2, 2),
  geometry('3x3, batch 17', 17, [2, 9, 6], 3, 3),
  geometry('overlapping 3x3 with stride 2, batch 17', 17, [3, 9, 7], 3, 2),
  geometry('overlapping 3x3 with stride 1', 5, [2, 5, 6], 3, 1),
  geometry('padded 3x3 with stride 2', 5, [2, 7, 8], 3, 2, 1),
  geometry('padded by all but one', 2, [1, 4, 4], 3, 3, 2),
  geometry('stride above the size', 3, [2, 8, 8], 2, 3),
  geometry('the whole map, batch 64', 64, [4, 4, 4], 4, 4),
];

function geometry(
  name: string,
  batch: number,
  input: [number, number, number],
  size: number,
  stride: number,
  pad = 0,
): PoolGeometry {
  return { name, batch, input, window: { size, stride, pad } };
}

export const poolForwardCases: readonly KernelCase<PoolAttributes>[] = poolGeometries.map(
  ({ name, batch, input, window }) => ({ name, batch, attributes: window, inputs: [input] }),
);
