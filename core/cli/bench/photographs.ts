import sharp from 'sharp';
import { RandomSequence } from '../../train/random.ts';

/** Smooth waves with some noise, about as hard to compress as a photograph: [height][width][3]. */
export function photograph(width: number, height: number, seed: number): Uint8Array {
  const random = new RandomSequence(seed, 'probe');
  const waves = Array.from({ length: 6 }, () => 1 + 6 * random.uniform());
  return Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    const across = Math.sin((waves[c] as number) * (x / width) * 6);
    const down = Math.cos((waves[c + 3] as number) * (y / height) * 6);
    return Math.max(0, Math.min(255, 128 + 50 * (across + down) + 24 * (random.uniform() - 0.5)));
  });
}

/** JPEGs of different photographs. */
export function jpegs(count: number, width: number, height: number): Promise<Uint8Array[]> {
  return Promise.all(
    Array.from({ length: count }, (_, seed) =>
      sharp(photograph(width, height, seed), { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    ),
  );
}
