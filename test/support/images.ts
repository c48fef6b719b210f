import sharp, { type Sharp } from 'sharp';
import { photograph as photographPixels } from '../../core/cli/bench/photographs.ts';

/** An image of one colour, [red, green, blue]. */
export function flat(width: number, height: number, [r, g, b]: readonly [number, number, number]): Sharp {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

/** Pixels side by side, row by row: [height][width][3]. */
export function coloured(width: number, height: number, pixels: ArrayLike<number>): Sharp {
  return sharp(Uint8Array.from(pixels), { raw: { width, height, channels: 3 } });
}

/** An image about as hard to compress as a photograph. */
export function photograph(width: number, height: number, seed: number): Sharp {
  return coloured(width, height, photographPixels(width, height, seed));
}
