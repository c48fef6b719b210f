import type { TensorPayload } from '../../core/contract/tensor.ts';
import { fromBase64 } from './save-file.ts';

/** Samples side by side in memory: [N, C, H, W], each value a byte (or what is shown as one). */
interface Pixels {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Images in a sample of so many channels: two of a pair, one behind the other, be they grey or in colour. */
export const imagesIn = (channels: number) => (channels === 2 || channels === 6 ? 2 : 1);

/**
 * One sample to look at: grey from one channel, colour from three, each value a pixel's as it is; the two images of a pair
 * side by side.
 */
export function paintPixels({ shape, data }: Pixels, index: number): ImageData {
  const [, channels = 1, height = 1, width = 1] = shape;
  const images = imagesIn(channels);
  const each = channels / images;
  const plane = height * width;
  const picture = new ImageData(images * width, height);
  for (let image = 0; image < images; image++) {
    const start = (index * channels + image * each) * plane;
    for (let at = 0; at < plane; at++) {
      const to = 4 * (Math.floor(at / width) * picture.width + image * width + (at % width));
      for (let channel = 0; channel < 3; channel++) {
        picture.data[to + channel] = data[start + Math.min(channel, each - 1) * plane + at] ?? 0;
      }
      picture.data[to + 3] = 255;
    }
  }
  return picture;
}

/** One image of a payload of bytes as an ImageData. */
export function imageFrom(payload: TensorPayload, index: number): ImageData {
  return paintPixels({ shape: payload.shape, data: fromBase64(payload.data) }, index);
}
