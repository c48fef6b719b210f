import { ConvolabError } from '../../contract/errors.ts';
import type { PreparedImage } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import type { Dataset, ImageShape } from '../../data/dataset.ts';
import { decodeImage } from '../../data/decode/decode.ts';
import { Fitter } from '../../data/decode/fit.ts';
import { greyOf } from '../../data/derive/steps/grey.ts';
import { tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/** Samples that tell what a data set's borders are like. */
const looked = 200;
/** Means of borders, of 255, beyond which they count as dark and light. */
const dark = 80;
const light = 175;

/**
 * An image file as the run's data set would hold it: its middle, brought to size by area, grey where the set is, and light
 * and dark changed where it is to be, since digits of MNIST are white on black and those of a pen are not.
 * @throws `dataset.damaged` for what cannot be decoded; `argument.invalid` where the run's images are whitened
 */
export async function prepareImage(
  { data }: OpenNetwork,
  { name, data: file, invert }: ParsedParams<'runs.prepareImage'>,
): Promise<PreparedImage> {
  const { dataset } = data;
  if (dataset.splits.train?.images instanceof Float32Array) {
    throw new ConvolabError(
      'argument.invalid',
      'This run was trained on whitened images, and an image of your own cannot be whitened alike.',
      { subject: name, hint: 'Look at images of its own data set.' },
    );
  }
  const [channels, height, width] = dataset.shape;
  const decoded = await decodeImage(Buffer.from(file, 'base64'), name);
  const colour = new Fitter({ height, width, method: 'area', keep: 'centre' }).fit(decoded);
  const pixels = channels === 1 ? greyOf(colour) : colour;
  const looksInverted = isOtherWayRound(borderOf(pixels, dataset.shape), usualBorder(dataset));
  const inverted = invert ?? looksInverted;
  return {
    pixels: tensorPayload(dataset.shape, inverted ? pixels.map((value) => 255 - value) : pixels),
    width: decoded.width,
    height: decoded.height,
    grey: channels === 1,
    inverted,
    looksInverted,
  };
}

function isOtherWayRound(border: number, usual: number): boolean {
  return (border > light && usual < dark) || (border < dark && usual > light);
}

/** Mean of the outermost pixels of an image. */
function borderOf(image: ArrayLike<number>, [channels, height, width]: ImageShape): number {
  let sum = 0;
  let count = 0;
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < height; row++) {
      const step = row === 0 || row === height - 1 ? 1 : Math.max(1, width - 1);
      for (let column = 0; column < width; column += step) {
        sum += image[(c * height + row) * width + column] as number;
        count++;
      }
    }
  }
  return sum / count;
}

function usualBorder({ splits, shape }: Dataset): number {
  const { images, labels } = splits.train as Dataset['splits'][string];
  const size = shape[0] * shape[1] * shape[2];
  const count = Math.min(looked, labels.length);
  let sum = 0;
  for (let n = 0; n < count; n++) sum += borderOf(images.subarray(n * size, (n + 1) * size), shape);
  return sum / count;
}
