import type { TensorPayload } from '../../core/contract/tensor.ts';
import { fromBase64 } from './save-file.ts';

/** Samples side by side in memory: [N, C, H, W], each value a byte (or what is shown as one). */
interface Pixels {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The RGBA bytes of one sample: grey from one channel, colour from three; each value is a pixel's as it is. */
export function paintPixels({ shape, data }: Pixels, index: number): Uint8ClampedArray<ArrayBuffer> {
  const [, channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  const start = index * channels * plane;
  const pixels = new Uint8ClampedArray(4 * plane);
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * at + channel] = data[start + Math.min(channel, channels - 1) * plane + at] ?? 0;
    }
    pixels[4 * at + 3] = 255;
  }
  return pixels;
}

/** One image of a payload of bytes as an ImageData. */
export function imageFrom(payload: TensorPayload, index: number): ImageData {
  const [, , height = 1, width = 1] = payload.shape;
  const data = fromBase64(payload.data);
  return new ImageData(paintPixels({ shape: payload.shape, data }, index), width, height);
}
