import type { Shape } from '../kernels/kernel.ts';
import { mapShape, windows } from '../kernels/shape.ts';
import { type LayerSpec, type LayerWindow, only, shapeError } from './layer.ts';

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
