import type { TensorPayload } from '../../core/contract/tensor.ts';
import { fromBase64 } from './save-file.ts';

/** One image as an ImageData: grey from one channel, colour from three; each byte is a pixel's value as it is. */
export function imageFrom(payload: TensorPayload, index: number): ImageData {
  const [, channels = 1, height = 1, width = 1] = payload.shape;
  const bytes = fromBase64(payload.data);
  const plane = height * width;
  const start = index * channels * plane;
  const pixels = new Uint8ClampedArray(4 * plane);
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * at + channel] = bytes[start + Math.min(channel, channels - 1) * plane + at] ?? 0;
    }
    pixels[4 * at + 3] = 255;
  }
  return new ImageData(pixels, width, height);
}
