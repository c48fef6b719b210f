import { z } from 'zod';
import { integer } from '../contract/fields.ts';
import type { Shape } from '../kernels/kernel.ts';
import { mapShape, windows } from '../kernels/shape.ts';
import { type ExplainedPart, type Place, type SampleValue, windowPart } from './explain.ts';
import { type LayerSpec, type LayerWindow, only, shapeError } from './layer.ts';

/** The side of a square, or [height, width]. */
export type Sides = number | [number, number];
const side = z.int().positive();
export const sides: z.ZodType<Sides> = z.union([side, z.tuple([side, side])]);
export const pairOf = (given: Sides): [number, number] =>
  typeof given === 'number' ? [given, given] : given;

/** The `pad` field of layers whose windows begin outside the maps. */
export const padField = integer({
  label: 'Padding',
  help: 'Zeros put around the maps on every side.',
  unit: 'pixels',
  default: 0,
  minimum: 0,
});

/** What a layer's kernel sees. */
export function kernelWindow(spec: { kernel: Sides; stride: number; pad: number }): LayerWindow {
  return { size: pairOf(spec.kernel), stride: spec.stride, pad: spec.pad };
}

/** What an output's window sees of one map of the layer's input. */
export function slidPart(
  x: SampleValue,
  { size: [height, width], stride, pad }: LayerWindow,
  { row, column }: Place,
  channel: number,
  weights: Float32Array | null,
): ExplainedPart {
  const [top, left] = [row * stride - pad, column * stride - pad];
  return windowPart(x, { input: 0, channel, top, left, height, width, weights });
}

/**
 * Shape of the maps that come of sliding a window over the layer's input, which keeps the number of maps.
 * @param what the window is called in errors: `kernel` or `window`
 * @throws `graph.shape` where the input has no maps, or the window does not fit even once
 */
export function slide(
  spec: LayerSpec,
  inputs: readonly Shape[],
  what: string,
  { size, stride, pad }: LayerWindow,
): [channels: number, height: number, width: number] {
  const input = only(inputs);
  if (input.length !== 3) {
    throw shapeError(spec, inputs, `a ${what} slides over maps`, 'put it before any dense or flatten layer');
  }
  const [channels, height, width] = mapShape(input);
  const [outHeight, outWidth] = [windows(height, size[0], stride, pad), windows(width, size[1], stride, pad)];
  if (outHeight >= 1 && outWidth >= 1) return [channels, outHeight, outWidth];
  throw shapeError(
    spec,
    inputs,
    `a ${size.join('x')} ${what} does not fit into ${height + 2 * pad}x${width + 2 * pad} (padding ${pad})`,
    `use a smaller ${what}, more padding, or fewer layers that shrink the maps before it`,
  );
}
