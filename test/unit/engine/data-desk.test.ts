import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataDesk } from '../../../core/engine/data-desk/desk.ts';
import { eightDigits, installEightDigits } from '../../support/mnist.ts';
import { temporaryFolder } from '../../support/project.ts';

const size = 28 * 28;
const header = 16;
const pixelsOf = (name: string) => readFileSync(join(eightDigits, name)).subarray(header);

let home: ReturnType<typeof temporaryFolder>;
let folder: string;
let desk: DataDesk;
beforeEach(() => {
  home = temporaryFolder();
  folder = installEightDigits(home.path);
  desk = new DataDesk(home.path);
});
afterEach(async () => {
  await desk.close();
  home.remove();
});

const floats = (data: string) => {
  const bytes = Buffer.from(data, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

describe('a survey', () => {
  test('averages, counts and finds the extremes of every stored byte', async () => {
    const { splits } = await desk.ask('datasets.survey', { name: 'mnist' });
    const pixels = pixelsOf('train-images-idx3-ubyte');
    const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
    const variance = pixels.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / pixels.length;
    const [channel] = splits.train?.channels ?? [];
    expect(channel).toMatchObject({
      mean: expect.closeTo(mean, 9),
      deviation: expect.closeTo(Math.sqrt(variance), 9),
      minimum: Math.min(...pixels),
      maximum: Math.max(...pixels),
    });
    const dark = pixels.filter((byte) => byte < 8).length / pixels.length;
    expect(channel?.histogram[0]).toBeCloseTo(dark, 12);
    expect(channel?.histogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test('draws the mean image of all, and of each class', async () => {
    const { splits } = await desk.ask('datasets.survey', { name: 'mnist' });
    const pixels = pixelsOf('train-images-idx3-ubyte');
    const means = floats(splits.train?.meanImage.data ?? '');
    const at = 14 * 28 + 14;
    const sum = (samples: number[]) =>
      samples.reduce((total, sample) => total + (pixels[sample * size + at] as number), 0);
    expect(means[at]).toBeCloseTo(sum([0, 1, 2, 3, 4, 5, 6, 7]) / 8, 4);
    const byClass = Buffer.from(splits.train?.classMeans?.data ?? '', 'base64');
    // Samples 3 and 6 are ones; nobody is a seven.
    expect(byClass[size + at]).toBe(Math.round(sum([3, 6]) / 2));
    expect(byClass.subarray(7 * size, 8 * size).every((byte) => byte === 0)).toBe(true);
  });

  test('finds test images that training has seen, and the same image under two labels', async () => {
    const images = readFileSync(join(eightDigits, 't10k-images-idx3-ubyte'));
    const train = pixelsOf('train-images-idx3-ubyte');
    // The first two test images (labelled 7 and 2) become the first training image, a five.
    images.set(train.subarray(0, size), header);
    images.set(train.subarray(0, size), header + size);
    writeFileSync(join(folder, 't10k-images-idx3-ubyte'), images);
    const { duplicates } = await desk.ask('datasets.survey', { name: 'mnist' });
    expect(duplicates).toMatchObject({ testInTrain: 2, conflicting: 1, groups: 1 });
    expect(duplicates.listed[0]?.samples).toEqual([
      { split: 'train', index: 0, label: 5 },
      { split: 'test', index: 0, label: 7 },
      { split: 'test', index: 1, label: 2 },
    ]);
  });

  test('is kept by content: other data of the same name are read again', async () => {
    const first = await desk.ask('datasets.survey', { name: 'mnist' });
    expect(await desk.ask('datasets.survey', { name: 'mnist' })).toEqual(first);
    const images = readFileSync(join(eightDigits, 'train-images-idx3-ubyte'));
    images[header] = 255;
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), images);
    await desk.close();
    desk = new DataDesk(home.path);
    const second = await desk.ask('datasets.survey', { name: 'mnist' });
    expect(second.hash).not.toBe(first.hash);
    expect(second.splits.train?.channels[0]?.mean).toBeGreaterThan(
      first.splits.train?.channels[0]?.mean ?? 0,
    );
  });

  test('that is no longer wanted ends at once', async () => {
    const controller = new AbortController();
    const asked = desk.ask('datasets.survey', { name: 'mnist' }, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'engine.unavailable' });
  });
});

describe('a preview', () => {
  const dataset = { name: 'mnist', validation: 0, preprocess: [{ type: 'standardize' }] };

  test('is what training would see: standardized by the training pixels, centred in the input', async () => {
    const seen = await desk.ask('datasets.preview', {
      dataset,
      input: [1, 32, 32],
      split: 'test',
      index: 2,
    });
    const train = pixelsOf('train-images-idx3-ubyte');
    const mean = train.reduce((sum, byte) => sum + byte, 0) / train.length;
    const deviation = Math.sqrt(train.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / train.length);
    const stored = pixelsOf('t10k-images-idx3-ubyte').subarray(2 * size, 3 * size);
    expect(seen).toMatchObject({ index: 2, label: 1, total: 8, seen: { shape: [1, 32, 32], dtype: 'f32' } });
    const values = floats(seen.seen.data);
    expect(values[0]).toBeCloseTo((0 - mean) / deviation, 5);
    const [row, column] = [13, 14];
    expect(values[(row + 2) * 32 + column + 2]).toBeCloseTo(
      ((stored[row * 28 + column] as number) - mean) / deviation,
      4,
    );
    expect(Buffer.from(seen.stored.data, 'base64').equals(stored)).toBe(true);
  });

  test('of a training sample is changed at random as training would change it, anew with every roll', async () => {
    const shifted = { ...dataset, augment: [{ type: 'shift' }] };
    const ask = (split: string, roll: number) =>
      desk.ask('datasets.preview', { dataset: shifted, split, index: 3, seed: 7, roll });
    const rolls = await Promise.all([0, 1, 2, 3].map((roll) => ask('train', roll)));
    expect(new Set(rolls.map(({ seen }) => seen.data)).size).toBeGreaterThan(1);
    expect(await ask('train', 2)).toEqual(rolls[2]);
    // Nothing is changed of what is tested on.
    expect((await ask('test', 0)).seen).toEqual((await ask('test', 1)).seen);
  });

  test('of a sample that is not there says how many there are', async () => {
    await expect(desk.ask('datasets.preview', { dataset, split: 'test', index: 8 })).rejects.toMatchObject({
      code: 'argument.invalid',
      hint: expect.stringContaining('0 to 7'),
    });
  });
});

test('large images come as small as they are drawn, by averaging areas', async () => {
  const { images } = await desk.ask('datasets.samples', {
    name: 'mnist',
    split: 'train',
    offset: 0,
    count: 1,
    size: 14,
  });
  expect(images.shape).toEqual([1, 1, 14, 14]);
  const pixels = pixelsOf('train-images-idx3-ubyte');
  const [row, column] = [7, 6];
  const block = [0, 1, 28, 29].map((step) => pixels[2 * row * 28 + 2 * column + step] as number);
  const average = block.reduce((sum, byte) => sum + byte, 0) / 4;
  expect(Buffer.from(images.data, 'base64')[row * 14 + column]).toBe(Math.round(average));
});

test('a damaged data set is said through the thread as it would be without it', async () => {
  cpSync(join(eightDigits, 't10k-labels-idx1-ubyte'), join(folder, 'train-labels-idx1-ubyte'));
  writeFileSync(join(folder, 'train-images-idx3-ubyte'), 'no images');
  await expect(desk.ask('datasets.show', { name: 'mnist' })).rejects.toMatchObject({
    code: 'dataset.damaged',
    subject: expect.stringContaining('train-images-idx3-ubyte'),
  });
});

describe('a derived set that is not made yet', () => {
  test('is surveyed as it would be, whatever was found of the set it comes from', async () => {
    const whole = await desk.ask('datasets.survey', { name: 'mnist' });
    const derive = [{ type: 'classes', keep: ['1'] }];
    const ones = await desk.ask('datasets.survey', { name: 'mnist', derive });
    // Samples 3 and 6 are ones.
    expect(ones.splits.train?.count).toBe(2);
    expect(await desk.ask('datasets.survey', { name: 'mnist' })).toEqual(whole);
  });
});

describe('images with boxes', () => {
  const scenes = {
    name: 'mnist',
    derive: [{ type: 'scenes', height: 64, width: 96, train: 20, test: 4, fewest: 1, most: 3 }],
  };

  test('are counted by what is on them, and found by class', async () => {
    const { splits } = await desk.ask('datasets.show', scenes);
    const { train } = splits;
    expect(train).toMatchObject({ count: 20, classes: {} });
    const all = await desk.ask('datasets.samples', { ...scenes, split: 'train', offset: 0, count: 100 });
    const labels = all.objects.map((on) => on.map(({ label }) => label));
    for (const label of [0, 1, 5, 9]) {
      expect(train?.objects?.[label]).toBe(labels.flat().filter((each) => each === label).length);
      const of = { ...scenes, split: 'train', offset: 0, count: 100, label };
      const found = await desk.ask('datasets.samples', of);
      expect(found.indices).toEqual([...labels.keys()].filter((at) => labels[at]?.includes(label)));
    }
  });

  test('tell what is where in pixels of the thumbnail, and of the stored image', async () => {
    const page = { ...scenes, split: 'train', offset: 3, count: 2 };
    const { objects } = await desk.ask('datasets.samples', page);
    const small = await desk.ask('datasets.samples', { ...page, size: 48 });
    expect(small.images.shape).toEqual([2, 1, 32, 48]);
    for (const [at, on] of objects.entries()) {
      for (const [i, box] of on.entries()) {
        const half = small.objects[at]?.[i];
        expect(Math.abs((half?.left ?? Number.NaN) - box.left / 2)).toBeLessThanOrEqual(0.5);
        expect(Math.abs((half?.bottom ?? Number.NaN) + 1 - (box.bottom + 1) / 2)).toBeLessThanOrEqual(0.5);
      }
    }
    const preview = await desk.ask('datasets.preview', { dataset: scenes, split: 'train', index: 3 });
    expect(preview.objects).toEqual(objects[0]);
  });

  test('that have none are said to have none', async () => {
    const { splits } = await desk.ask('datasets.show', { name: 'mnist' });
    expect(splits.train?.objects).toBeUndefined();
    const page = { name: 'mnist', split: 'train', offset: 0, count: 2 };
    expect((await desk.ask('datasets.samples', page)).objects).toEqual([[], []]);
  });
});
