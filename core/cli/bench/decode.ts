import { DecodePool } from '../../data/decode/pool.ts';
import { whole } from '../format.ts';
import type { Output } from '../output.ts';
import { jpegs } from './photographs.ts';
import { median } from './results.ts';

/** As many photographs as half of Caltech-101, of its usual size, to the size of the lecture's network. */
const images = 5000;
const from = { width: 300, height: 200 };
const fit = { width: 200, height: 200, method: 'area', keep: 'all' } as const;
/** Different ones; the rest are the same again. */
const distinct = 100;
/** Handed to the threads at a time, as a derivation does. */
const batch = 256;
/** Odd, so that one of them is the median. */
const rounds = 3;

/** Measures how fast photographs are decoded and resized, as a derived set of images in files is made. */
export async function showDecoding(output: Output, threads: number): Promise<number> {
  const encoded = (await jpegs(distinct, from.width, from.height)).map((bytes, i) => ({
    file: `${i}.jpg`,
    bytes,
  }));
  const all = Array.from({ length: images }, (_, i) => encoded[i % distinct] as (typeof encoded)[number]);
  const pool = new DecodePool(threads);
  try {
    // Threads start, and their code is compiled, before the clock runs.
    await pool.decode(all.slice(0, batch), fit);
    const speeds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = performance.now();
      for (let at = 0; at < images; at += batch) await pool.decode(all.slice(at, at + batch), fit);
      speeds.push((1000 * images) / (performance.now() - before));
    }
    const imagesPerSecond = median(speeds);
    const result = { images, from: [200, 300], to: [200, 200], threads, imagesPerSecond };
    output.object({ event: 'result', decode: 'jpeg', ...result });
    output.text(
      `${whole(images)} JPEGs of 300x200 to 200x200: ${whole(imagesPerSecond)} images/s with ${threads} threads`,
    );
    output.object({ results: [{ decode: 'jpeg', ...result }] });
  } finally {
    await pool.close();
  }
  return 0;
}
