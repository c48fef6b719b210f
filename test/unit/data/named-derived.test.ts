import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findDataset, openDataset } from '../../../core/data/index.ts';
import { temporaryFolder } from '../../support/project.ts';

const cifarClasses = 10;

/** Records of CIFAR-10, the classes in turn; every pixel of an image is ten times its class. */
function records(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    const label = i % cifarClasses;
    bytes.fill(10 * label, i * 3073, (i + 1) * 3073);
    bytes[i * 3073] = label;
  }
  return bytes;
}

function installCifar(home: string, perClass: { train: number; test: number }): void {
  const folder = join(home, 'datasets', 'cifar-10');
  mkdirSync(folder, { recursive: true });
  const batch = records((perClass.train * cifarClasses) / 5);
  for (const number of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${number}.bin`), batch);
  writeFileSync(join(folder, 'test_batch.bin'), records(perClass.test * cifarClasses));
}

describe('cifar-as-stl', () => {
  test('stands in for the lecture’s STL-10: four classes at 96x96, 500 to learn and 800 to test on', async () => {
    using home = temporaryFolder();
    installCifar(home.path, { train: 500, test: 800 });
    expect(await findDataset('cifar-as-stl').inspect(home.path)).toMatchObject({
      status: 'ready',
      splits: { train: 2000, test: 3200 },
    });
    const { name, classes, shape, splits } = await openDataset('cifar-as-stl', home.path);
    expect([name, classes, shape]).toEqual([
      'cifar-as-stl',
      ['airplane', 'automobile', 'cat', 'dog'],
      [3, 96, 96],
    ]);
    const stored = [0, 1, 3, 5];
    for (const [split, perClass] of [
      ['train', 500],
      ['test', 800],
    ] as const) {
      const { images, labels } = splits[split] ?? { images: [], labels: new Int32Array() };
      const counts = [0, 0, 0, 0];
      for (const [i, label] of labels.entries()) {
        counts[label] = (counts[label] ?? 0) + 1;
        expect(images[i * 27_648 + 5000]).toBe(10 * (stored[label] as number));
      }
      expect(counts).toEqual([perClass, perClass, perClass, perClass]);
    }
    expect(images(splits.train)).toBe(2000 * 27_648);
  });

  test('says everywhere that it is not STL-10', () => {
    const { title, description, published, madeFrom } = findDataset('cifar-as-stl');
    expect(title).toBe('CIFAR-10 in place of STL-10');
    expect(description).toMatch(/^Not STL-10/);
    expect(published.version).toMatch(/derived from CIFAR-10/);
    expect(madeFrom?.name).toBe('cifar-10');
  });

  test('is missing where CIFAR-10 is, and the error says what to fetch', async () => {
    using home = temporaryFolder();
    const { status } = await findDataset('cifar-as-stl').inspect(home.path);
    expect(status).toBe('missing');
    await expect(openDataset('cifar-as-stl', home.path)).rejects.toMatchObject({
      code: 'dataset.missing',
      subject: 'cifar-10',
      hint: expect.stringContaining('datasets get cifar-10'),
    });
    expect(await findDataset('cifar-as-stl').verify(home.path)).toMatchObject({
      name: 'cifar-as-stl',
      status: 'missing',
    });
  });
});

const images = (source: { images: { length: number } } | undefined) => source?.images.length;

describe('mnist-scenes', () => {
  test('needs no download: it is as ready as MNIST', async () => {
    using home = temporaryFolder();
    expect(await findDataset('mnist-scenes').inspect(home.path)).toMatchObject({
      status: 'ready',
      splits: { train: 4000, test: 1000 },
    });
  });
});
