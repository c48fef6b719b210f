import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDataset } from '../../../core/data/acquire/import.ts';
import { stl10 } from '../../../core/data/definitions/stl-10.ts';
import { noise } from '../../support/data/fixtures.ts';

const imageBytes = 3 * 96 * 96;
const piece = 1000;

/** Where it is kept for the next time; changes when what it is filled with does. */
const kept = join(tmpdir(), 'convolab-bench-stl-1');

/**
 * STL-10 as it is published, in its true layout and length, with noise for photographs: 100,000 of them without labels,
 * 2.8 GB. It is made once and kept in the system's folder for temporary files; a data folder gets links to its files.
 */
export async function linkLargeStl(home: string, say: (text: string) => void): Promise<void> {
  if (!existsSync(stlIn(kept))) {
    say(`Making 100,000 images in ${kept}, once; 2.8 GB, some minutes ...`);
    await installLargeStl(kept);
  }
  mkdirSync(stlIn(home), { recursive: true });
  for (const file of readdirSync(stlIn(kept))) linkSync(join(stlIn(kept), file), join(stlIn(home), file));
}

const stlIn = (home: string) => join(home, 'datasets', 'stl-10');

async function installLargeStl(home: string): Promise<void> {
  const folder = join(home, 'made', 'stl10_binary');
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of [
    ['train', 5000],
    ['test', 8000],
    ['unlabeled', 100_000],
  ] as const) {
    await writeImages(join(folder, `${name}_X.bin`), count);
    if (name === 'unlabeled') continue;
    await writeFile(
      join(folder, `${name}_y.bin`),
      Uint8Array.from({ length: count }, (_, i) => 1 + (i % 10)),
    );
  }
  await importDataset(stl10, home, [folder]);
  rmSync(folder, { recursive: true });
}

/** Every image is another: noise, over which its number lies as a pattern of 17 bits. */
async function writeImages(path: string, count: number): Promise<void> {
  const images = noise(piece * imageBytes, count);
  const file = await open(path, 'w');
  try {
    for (let first = 0; first < count; first += piece) {
      for (let i = 0; i < piece; i++) {
        for (let bit = 0; bit < 17; bit++) {
          const shade = ((first + i) >> bit) & 1 ? 255 : 0;
          images.fill(shade, i * imageBytes + bit * 96, i * imageBytes + bit * 96 + 96);
        }
      }
      await file.writeFile(images);
    }
  } finally {
    await file.close();
  }
}
