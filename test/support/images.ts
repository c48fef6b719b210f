import sharp, { type Sharp } from 'sharp';
import { RandomSequence } from '../../core/train/random.ts';

/** An image of one colour, [red, green, blue]. */
export function flat(width: number, height: number, [r, g, b]: readonly [number, number, number]): Sharp {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

/** Pixels side by side, row by row: [height][width][3]. */
export function coloured(width: number, height: number, pixels: readonly number[]): Sharp {
  return sharp(Uint8Array.from(pixels), { raw: { width, height, channels: 3 } });
}

/** Smooth waves with some noise, about as hard to compress as a photograph. */
export function photograph(width: number, height: number, seed: number): Sharp {
  const random = new RandomSequence(seed, 'probe');
  const waves = Array.from({ length: 6 }, () => 1 + 6 * random.uniform());
  const pixels = Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    const wave =
      Math.sin((waves[c] as number) * (x / width) * 6) +
      Math.cos((waves[c + 3] as number) * (y / height) * 6);
    return 128 + 50 * wave + 24 * (random.uniform() - 0.5);
  });
  return coloured(width, height, pixels);
}
