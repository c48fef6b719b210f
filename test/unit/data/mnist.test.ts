import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeDatasets, findDataset, openDataset } from '../../../core/data/index.ts';
import { installEightDigits } from '../../support/mnist.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(() => home.remove());

const trainImages = 'train-images-idx3-ubyte';
const trainLabels = 'train-labels-idx1-ubyte';

describe('MNIST as it comes with the app', () => {
  test('holds 60,000 and 10,000 images of ten classes, and says so before it is opened', async () => {
    const [descriptor] = await describeDatasets(home.path);
    expect(descriptor).toMatchObject({
      name: 'mnist',
      status: 'ready',
      splits: { train: 60_000, test: 10_000 },
      bytes: 54_950_048,
    });
    const { splits, classes, shape, hash } = await openDataset('mnist', home.path);
    expect(hash).toBe(findDataset('mnist').published.hash);
    expect(splits.train?.images.length).toBe(60_000 * 784);
    expect(splits.test?.images.length).toBe(10_000 * 784);
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(shape).toEqual([1, 28, 28]);
  });

  test('has the published number of images of each digit', async () => {
    const { splits } = await openDataset('mnist', home.path);
    const counts = (labels: Int32Array) => {
      const perClass = new Array<number>(10).fill(0);
      for (const label of labels) perClass[label] = (perClass[label] ?? 0) + 1;
      return perClass;
    };
    expect(counts(splits.train?.labels ?? new Int32Array())).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(counts(splits.test?.labels ?? new Int32Array())).toEqual([
      980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]);
  });
});

describe('a copy of MNIST in the home folder', () => {
  test('goes before the one that comes with the app', async () => {
    installEightDigits(home.path);
    const { splits } = await openDataset('mnist', home.path);
    expect([...(splits.train?.labels ?? [])]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect([...(splits.test?.labels ?? [])]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    const [descriptor] = await describeDatasets(home.path);
    expect(descriptor).toMatchObject({ status: 'ready', splits: { train: 8, test: 8 } });
  });

  test('may be packed, with the same content and hash', async () => {
    const folder = installEightDigits(home.path);
    const plain = await openDataset('mnist', home.path);
    const hash = plain.hash;
    const path = join(folder, trainImages);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
    const packed = await openDataset('mnist', home.path);
    expect(packed.splits.train?.images).toEqual(plain.splits.train?.images);
    expect(packed.hash).toBe(hash);
    expect((await describeDatasets(home.path))[0]?.status).toBe('ready');
  });

  test('has another hash when one pixel differs', async () => {
    const folder = installEightDigits(home.path);
    const { hash } = await openDataset('mnist', home.path);
    const bytes = readFileSync(join(folder, trainImages));
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(join(folder, trainImages), bytes);
    expect((await openDataset('mnist', home.path)).hash).not.toBe(hash);
  });

  test('with a file missing is missing, and says which and where', async () => {
    const folder = installEightDigits(home.path);
    rmSync(join(folder, trainLabels));
    expect((await describeDatasets(home.path))[0]).toMatchObject({
      status: 'missing',
      splits: { train: 60_000 },
    });
    await expect(openDataset('mnist', home.path)).rejects.toMatchObject({
      code: 'dataset.missing',
      hint: `Put ${trainLabels} or ${trainLabels}.gz into ${folder}.`,
    });
  });

  const damages: [string, (folder: string) => void, string, RegExp][] = [
    ['cut short', (folder) => truncateSync(join(folder, trainImages), 5000), trainImages, /cut short/],
    ['too long', (folder) => appendFileSync(join(folder, trainLabels), 'x'), trainLabels, /foreign bytes/],
    [
      'with fewer labels than images',
      (folder) => writeFileSync(join(folder, trainLabels), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3)),
      trainLabels,
      /3 labels for 8 images/,
    ],
    [
      'with images of another size',
      (folder) => {
        const path = join(folder, trainImages);
        const bytes = readFileSync(path);
        bytes.writeUInt32BE(14, 8);
        bytes.writeUInt32BE(56, 12);
        writeFileSync(path, bytes);
      },
      trainImages,
      /14x56 where 28x28/,
    ],
    [
      'packed and cut short',
      (folder) => {
        const path = join(folder, trainImages);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)).subarray(0, 300));
        rmSync(path);
      },
      `${trainImages}.gz`,
      /cannot be unpacked/,
    ],
  ];
  test.each(damages)('%s is damaged, and names the file', async (_, damage, file, message) => {
    const folder = installEightDigits(home.path);
    damage(folder);
    expect((await describeDatasets(home.path))[0]?.status).toBe('damaged');
    await expect(openDataset('mnist', home.path)).rejects.toMatchObject({
      code: 'dataset.damaged',
      subject: join(folder, file),
      message: expect.stringMatching(message),
    });
  });

  test('with a label that is no class is damaged', async () => {
    const folder = installEightDigits(home.path);
    const bytes = readFileSync(join(folder, trainLabels));
    bytes[11] = 10;
    writeFileSync(join(folder, trainLabels), bytes);
    await expect(openDataset('mnist', home.path)).rejects.toThrow(/label 10 of sample 3 is not a class/);
  });
});

test('an unknown data set is refused with the names of those there are', async () => {
  await expect(openDataset('mnits', home.path)).rejects.toMatchObject({
    code: 'dataset.unknown',
    subject: 'mnits',
    hint: expect.stringMatching(/^Known data sets: mnist, fashion-mnist, cifar-10, /),
  });
});
