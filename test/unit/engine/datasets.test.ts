import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataDesk } from '../../../core/engine/data-desk/desk.ts';
import { DataTasks } from '../../../core/engine/data-tasks.ts';
import { EventHub } from '../../../core/engine/events.ts';
import { datasetHandlers } from '../../../core/engine/handlers/datasets.ts';
import { Inspector } from '../../../core/engine/inspector/inspector.ts';
import { eightDigits, installEightDigits } from '../../support/mnist.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
let desk: DataDesk;
let handlers: ReturnType<typeof datasetHandlers>;
beforeEach(() => {
  home = temporaryFolder();
  installEightDigits(home.path);
  desk = new DataDesk(home.path);
  handlers = datasetHandlers({
    home: home.path,
    desk,
    keeper: desk,
    inspector: new Inspector(home.path),
    tasks: new DataTasks(new EventHub()),
  });
});
afterEach(async () => {
  await desk.close();
  home.remove();
});

const mnist = { name: 'mnist', split: 'train', offset: 0, count: 100 };

describe('a data set in the window', () => {
  test('shows counts per class, absent ones too, and what its pixels average to', async () => {
    const shown = await handlers['datasets.show']({ name: 'mnist' });
    expect(shown).toMatchObject({
      name: 'mnist',
      shape: [1, 28, 28],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(shown.splits.train).toEqual({
      count: 8,
      classes: { 0: 1, 1: 2, 2: 1, 3: 1, 4: 1, 5: 1, 6: 0, 7: 0, 8: 0, 9: 1 },
    });
    const pixels = readFileSync(join(eightDigits, 'train-images-idx3-ubyte')).subarray(16);
    const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length / 255;
    expect(shown.mean).toEqual([expect.closeTo(mean, 12)]);
    expect(shown.deviation).toEqual([expect.closeTo(0.3, 1)]);
  });

  test('gives the bytes of the images asked for', async () => {
    const { images, labels, indices, total } = await handlers['datasets.samples']({
      ...mnist,
      offset: 6,
      count: 5,
    });
    expect([labels, indices, total]).toEqual([[1, 3], [6, 7], 8]);
    expect(images).toMatchObject({ shape: [2, 1, 28, 28], dtype: 'u8' });
    const stored = readFileSync(join(eightDigits, 'train-images-idx3-ubyte')).subarray(16 + 6 * 784);
    expect(Buffer.from(images.data, 'base64').equals(stored)).toBe(true);
  });

  test('gives those of one class alone', async () => {
    const { labels, indices, total } = await handlers['datasets.samples']({ ...mnist, label: 1 });
    expect([labels, indices, total]).toEqual([[1, 1], [3, 6], 2]);
  });

  test('behind its end has no images', async () => {
    expect(await handlers['datasets.samples']({ ...mnist, offset: 8 })).toMatchObject({
      labels: [],
      total: 8,
    });
  });

  test('has no split of another name', async () => {
    await expect(handlers['datasets.samples']({ ...mnist, split: 'validate' })).rejects.toMatchObject({
      code: 'argument.invalid',
      hint: 'It has train and test.',
    });
  });

  test('is listed with those that are known', async () => {
    const [first] = await handlers['datasets.list']({});
    expect(first).toMatchObject({ name: 'mnist', status: 'ready' });
  });
});

describe('copies of one’s own', () => {
  test('are looked at as soon as they are in place of the old ones', async () => {
    const before = await handlers['datasets.show']({ name: 'mnist' });
    const changed = join(home.path, 'changed');
    cpSync(eightDigits, changed, { recursive: true });
    const images = readFileSync(join(changed, 'train-images-idx3-ubyte'));
    images.fill(255, 16, 16 + 784);
    writeFileSync(join(changed, 'train-images-idx3-ubyte'), images);

    const report = await handlers['datasets.import']({ name: 'mnist', paths: [changed] });

    expect(report).toMatchObject({
      name: 'mnist',
      status: 'ready',
      splits: { train: 8, test: 8 },
      faults: [],
    });
    const after = await handlers['datasets.show']({ name: 'mnist' });
    expect(after.hash).toBe(report.hash);
    expect(after.mean[0]).toBeGreaterThan(before.mean[0] as number);
    expect((await handlers['datasets.tasks']({})).tasks).toEqual([]);
  });

  test('that cannot be used change nothing, and leave no task', async () => {
    const before = await handlers['datasets.show']({ name: 'mnist' });
    const empty = join(home.path, 'empty');
    mkdirSync(empty);
    await expect(handlers['datasets.import']({ name: 'mnist', paths: [empty] })).rejects.toMatchObject({
      code: expect.stringMatching(/^(argument\.invalid|dataset\.)/),
    });
    expect(await handlers['datasets.show']({ name: 'mnist' })).toEqual(before);
    expect((await handlers['datasets.tasks']({})).tasks).toEqual([]);
  });

  test('are verified file by file, with what is wrong', async () => {
    writeFileSync(join(home.path, 'datasets', 'mnist', 't10k-labels-idx1-ubyte'), 'not labels');
    const report = await handlers['datasets.verify']({ name: 'mnist' });
    expect(report.status).toBe('damaged');
    expect(report.faults).toMatchObject([{ file: expect.stringContaining('t10k-labels-idx1-ubyte') }]);
  });
});

test('a plan says what fetching comes to, and what to fetch by hand', async () => {
  const plan = await handlers['datasets.plan']({ name: 'cifar-10' });
  expect(plan).toMatchObject({ resumable: false, folder: join(home.path, 'datasets', 'cifar-10') });
  expect(plan.bytesToFetch).toBeGreaterThan(100e6);
  expect(plan.files[0]?.urls[0]).toMatch(/^https:.*cifar-10-binary\.tar\.gz$/);
});
