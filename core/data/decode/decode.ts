import sharp from 'sharp';
import { ConvolabError } from '../../contract/errors.ts';
import { damagedImage } from './damaged.ts';
import { formatOf } from './format.ts';

/** Pixels of an image as it is meant to be looked at, [height][width][channels], 0 black to 255. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue; a grey image has the same in each. */
  readonly channels: 3;
  readonly data: Uint8Array;
}

/** More would take longer than a second to decode and is no image that a network is trained on: 7,000 x 7,000. */
const mostPixels = 49_000_000;

// Every thread that decodes has images of its own; libvips' threads inside one image, and its memory of operations,
// only cost.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes a JPEG, PNG, WebP or TIFF image: upright by its EXIF orientation; grey, a palette, CMYK or another colour
 * space as sRGB; 16 bits as 8; what is transparent over white; of several pages the first.
 * @param file names it in errors
 * @throws `dataset.damaged` for what cannot be decoded, or is of another format
 */
export async function decodeImage(bytes: Uint8Array, file: string): Promise<DecodedImage> {
  const format = formatOf(bytes, file);
  try {
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels });
    // Only TIFF holds other numbers than whole ones of 8 or 16 bits.
    if (format === 'TIFF') checkDepth((await image.metadata()).depth, file);
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels === 3) return { width, height, channels, data };
    throw damagedImage(file, `comes to ${channels} channels instead of red, green and blue`);
  } catch (thrown) {
    throw thrown instanceof ConvolabError ? thrown : asDamaged(thrown, file);
  }
}

/**
 * Height and width as `decodeImage` gives them, from the first bytes alone.
 * @throws `dataset.damaged` as far as these tell
 */
export async function measureImage(
  bytes: Uint8Array,
  file: string,
): Promise<{ readonly height: number; readonly width: number }> {
  formatOf(bytes, file);
  try {
    const { height, width } = (await sharp(bytes, { limitInputPixels: mostPixels }).metadata()).autoOrient;
    return { height, width };
  } catch (thrown) {
    throw asDamaged(thrown, file);
  }
}

function checkDepth(depth: string | undefined, file: string): void {
  if (depth === 'uchar' || depth === 'ushort') return;
  throw damagedImage(file, `holds pixels of type ${depth}; readable are whole numbers of up to 16 bits`);
}

function asDamaged(thrown: unknown, file: string): ConvolabError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (/exceeds pixel limit/i.test(reason)) return damagedImage(file, 'is larger than 7,000 x 7,000 pixels');
  // The first line is the fault; those after it are what libvips thinks of it.
  return damagedImage(file, `cannot be decoded (${reason.split('\n')[0]})`, { cause: thrown });
}
