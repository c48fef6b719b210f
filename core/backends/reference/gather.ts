import type { KernelTensor } from '../../kernels/kernel.ts';
import { mapShape } from '../../kernels/shape.ts';
import type { SampleSource, Transform } from '../backend.ts';

/**
 * Writes a batch as the model sees it: value = stored * scale[c] + shift[c], the image placed at (padTop, padLeft),
 * and around it what a stored 0 comes to.
 * @param batch [N, C, H, W]
 */
export function gather(
  source: SampleSource,
  transform: Transform,
  indices: Uint32Array,
  batch: KernelTensor,
): void {
  const [channels, height, width] = mapShape(source.shape);
  const [, outHeight, outWidth] = mapShape(batch.shape.slice(1));
  const { padTop, padLeft } = transform;
  indices.forEach((sample, n) => {
    for (let c = 0; c < channels; c++) {
      const scale = transform.scale[c] ?? 1;
      const shift = transform.shift[c] ?? 0;
      const map = (n * channels + c) * outHeight * outWidth;
      batch.data.fill(shift, map, map + outHeight * outWidth);
      for (let y = 0; y < height; y++) {
        const from = ((sample * channels + c) * height + y) * width;
        const to = map + (y + padTop) * outWidth + padLeft;
        for (let x = 0; x < width; x++) {
          batch.data[to + x] = (source.images[from + x] as number) * scale + shift;
        }
      }
    }
  });
}
