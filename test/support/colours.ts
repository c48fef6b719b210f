import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCifarRecords } from './data/writers.ts';

const size = 3 * 32 * 32;

/**
 * Puts noisy colour images of ten classes where the user's own copy of CIFAR-10 goes: as small as a test wants.
 * @param samples in all; those to train on a multiple of 5, one part a file
 */
export function installColours(home: string, samples: { train: number; test: number }): void {
  const folder = join(home, 'datasets', 'cifar-10');
  mkdirSync(folder, { recursive: true });
  const parts = [1, 2, 3, 4, 5].map((part) => [`data_batch_${part}.bin`, samples.train / 5] as const);
  for (const [file, count] of [...parts, ['test_batch.bin', samples.test] as const]) {
    const labels = Array.from({ length: count }, (_, i) => [i % 10]);
    writeFileSync(join(folder, file), writeCifarRecords(labels, coloursOf(count)));
  }
}

/** Bytes of the images, [count, 3, 32, 32]: all three channels of a pixel differ. */
export function coloursOf(count: number): Uint8Array {
  return Uint8Array.from({ length: size * count }, (_, i) => (i * 7919) % 251);
}
