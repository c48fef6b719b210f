import type { KernelTensor, Shape } from './kernel.ts';
import { mapShape } from './shape.ts';

/** Map of each element of maps with the batch in front. */
export function mapOf({ shape }: KernelTensor): (i: number) => number {
  const [channels, height, width] = mapShape(shape.slice(1));
  return (i) => Math.floor(i / (height * width)) % channels;
}

/** Name, batch and shape of what kernels with one number for each map are judged on. */
export const channelShapes: readonly (readonly [string, number, Shape])[] = [
  ['one pixel', 1, [1, 1, 1]],
  ['batch 5', 5, [6, 4, 4]],
  ['odd sizes, batch 17', 17, [3, 5, 3]],
  ['batch 64', 64, [2, 2, 2]],
];
