import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ConvolabError } from '../../core/contract/errors.ts';
import { decodeImage } from '../../core/data/decode/decode.ts';
import { photograph } from '../support/images.ts';
import { mutantCount, mutate } from '../support/mutate.ts';

const mutants = mutantCount(20_000);
/** Decoded at a time. */
const together = 4;
/** A decoder that takes this long for a few pixels hangs. */
const hangMs = 1000;

const small = (seed: number) => photograph(24, 16, seed);

/** Makes the sums of a PNG's chunks right again, so that damage gets past them, to the decoder. */
function repaired(png: Buffer): Buffer {
  const bytes = Buffer.from(png);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, at + 8 + length)), at + 8 + length);
    at += 12 + length;
  }
  return bytes;
}

/** Decodes a mutant; whether it was refused. Throws for one that fails as nothing may. */
async function isRefused(mutant: Buffer, number: number): Promise<boolean> {
  try {
    const { data, width, height } = await decodeImage(mutant, `mutant ${number}`);
    if (data.length !== 3 * width * height) throw new Error(`mutant ${number} came to ${data.length} bytes`);
    return false;
  } catch (thrown) {
    if (!(thrown instanceof ConvolabError) || thrown.code !== 'dataset.damaged') throw thrown;
    return true;
  }
}

/** What became of every mutant; throws for one that hangs, or fails as nothing may. */
async function decodeAll(
  mutantOf: (number: number) => Buffer,
): Promise<{ decoded: number; refused: number }> {
  const outcome = { decoded: 0, refused: 0 };
  const slow: number[] = [];
  let next = 0;
  const work = async () => {
    for (let number = next++; number < mutants; number = next++) {
      const before = performance.now();
      if (await isRefused(mutantOf(number), number)) outcome.refused++;
      else outcome.decoded++;
      if (performance.now() - before > hangMs) slow.push(number);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  // Others may have been using the machine: what was slow is judged once more, alone, by the processor's time.
  for (const number of slow) {
    const before = process.cpuUsage();
    await isRefused(mutantOf(number), number);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > hangMs) throw new Error(`mutant ${number} hangs`);
  }
  return outcome;
}

describe('every damaged image is decoded or refused, and nothing else happens', () => {
  test('PNG', async () => {
    const seeds = await Promise.all([
      small(1).png().toBuffer(),
      small(2).png({ palette: true }).toBuffer(),
      small(3).toColourspace('grey16').png().toBuffer(),
      small(4).ensureAlpha(0.5).png({ progressive: true }).toBuffer(),
    ]);
    const { decoded, refused } = await decodeAll((number) => {
      const mutant = mutate(seeds[number % seeds.length] as Buffer, number);
      return number % 8 < 6 ? repaired(mutant) : mutant;
    });
    expect(decoded + refused).toBe(mutants);
    // Mutants that are all refused, or all read, would test nothing.
    expect(Math.min(decoded, refused)).toBeGreaterThan(mutants / 100);
  });

  test('JPEG', async () => {
    const seeds = await Promise.all([
      small(1).jpeg().toBuffer(),
      small(2).jpeg({ progressive: true }).toBuffer(),
      small(3).toColourspace('b-w').jpeg().toBuffer(),
      small(4).jpeg({ quality: 100, chromaSubsampling: '4:4:4', optimiseScans: true }).toBuffer(),
      small(5).jpeg().withMetadata({ orientation: 8 }).toBuffer(),
    ]);
    // Colours of ink take a tenth of a second each: the profile of the press has to be inverted.
    const ink = await small(6).toColourspace('cmyk').jpeg().toBuffer();
    const { decoded, refused } = await decodeAll((number) => {
      const seed = number % 200 === 0 ? ink : (seeds[number % seeds.length] as Buffer);
      return mutate(seed, number);
    });
    expect(decoded + refused).toBe(mutants);
    expect(Math.min(decoded, refused)).toBeGreaterThan(mutants / 100);
  });
});
