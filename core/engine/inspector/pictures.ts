import type { SampleSource, Transform } from '../../backends/backend.ts';
import type { Shape } from '../../kernels/kernel.ts';
import { elements, mapShape } from '../../kernels/shape.ts';

/**
 * Samples as pictures that lie as the model's input does: bytes as they are, floats stretched from each picture's least to
 * its greatest, and background where the model looks beyond the image.
 * @returns [indices.length, C, H, W]
 */
export function picturesOf(
  { images, shape }: SampleSource,
  indices: Uint32Array,
  { padTop, padLeft }: Transform,
  input: Shape,
): Uint8Array {
  const [channels, height, width] = mapShape(shape);
  const [, newHeight, newWidth] = mapShape(input);
  const size = elements(shape);
  const pictures = new Uint8Array(indices.length * channels * newHeight * newWidth);
  indices.forEach((index, n) => {
    const image = images.subarray(index * size, (index + 1) * size);
    const { scale, shift } = stretchOf(image);
    for (let c = 0; c < channels; c++) {
      for (let row = 0; row < newHeight; row++) {
        const y = row - padTop;
        if (y < 0 || y >= height) continue;
        for (let column = 0; column < newWidth; column++) {
          const x = column - padLeft;
          if (x < 0 || x >= width) continue;
          const to = ((n * channels + c) * newHeight + row) * newWidth + column;
          pictures[to] = (image[(c * height + y) * width + x] as number) * scale + shift;
        }
      }
    }
  });
  return pictures;
}

function stretchOf(image: Uint8Array | Float32Array): { scale: number; shift: number } {
  if (image instanceof Uint8Array) return { scale: 1, shift: 0 };
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of image) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const scale = greatest > least ? 255 / (greatest - least) : 0;
  return { scale, shift: -least * scale };
}
