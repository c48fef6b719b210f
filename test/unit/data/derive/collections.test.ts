import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importDataset } from '../../../../core/data/acquire/import.ts';
import { describeTrainingSet, openStored, openTrainingSet } from '../../../../core/data/derive/open.ts';
import { findDataset } from '../../../../core/data/index.ts';
import { fixtures, writeFiles } from '../../../support/data/fixtures.ts';
import { temporaryFolder } from '../../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(() => home.remove());

/** Eight samples of each split. */
async function install(name: string): Promise<void> {
  const fixture = await fixtures[name]?.();
  const folder = join(home.path, `fixture of ${name}`);
  mkdirSync(folder);
  writeFiles(folder, fixture?.files ?? {});
  await importDataset(findDataset(name), home.path, [folder]);
}

describe('photographs with boxes', () => {
  const section = { name: 'voc-2007', derive: [{ type: 'resize', height: 18, width: 36 }] };

  test('keep them when they are resized, where the objects are now', async () => {
    await install('voc-2007');
    const { classes, objects, shape } = await openTrainingSet(section, home.path);
    const [dog, cat] = [classes.indexOf('dog'), classes.indexOf('cat')];
    expect(shape).toEqual([3, 18, 36]);
    // 12 x 9 pixels became 36 x 18: the dog from (4, 1) to (6, 6.5), both inside, and the cat everywhere.
    expect(objects?.train?.[4]).toEqual([
      { label: dog, left: 12, top: 2, right: 20, bottom: 14, difficult: false },
      { label: cat, left: 0, top: 0, right: 35, bottom: 17, difficult: false },
    ]);
    expect(objects?.test?.[3]).toEqual([
      { label: dog, left: 9, top: 2, right: 17, bottom: 14, difficult: true },
    ]);
  });

  test('are not written as VOC once more', async () => {
    await install('voc-2007');
    const { folder } = await openStored(section, home.path);
    expect(existsSync(join(folder, 'samples.safetensors'))).toBe(true);
    expect(existsSync(join(folder, 'voc'))).toBe(false);
  });

  test('keep the box of their only object, too', async () => {
    await install('caltech-101');
    const derive = [
      { type: 'resize', height: 9, width: 12 },
      { type: 'split', test: 0.5 },
    ];
    const { objects, splits } = await openTrainingSet({ name: 'caltech-101', derive }, home.path);
    expect(splits.train?.labels).toHaveLength(4);
    for (const [index, [only]] of (objects?.train ?? []).entries()) {
      expect(only).toMatchObject({ label: splits.train?.labels[index], top: 1, bottom: 7, right: 10 });
    }
  });
});

describe('a set’s own pairs', () => {
  const section = (pairs: object) => ({
    name: 'lfw',
    derive: [{ type: 'resize', height: 9, width: 12 }, { type: 'grey' }, { type: 'pairs', ...pairs }],
  });
  /** The eight photographs of the fixture: Ada_A 1 2 3, Bob_B 1 2 3, Cy_C 1 2; the same number, the same photograph. */
  const photographs = async () => {
    const derive = [{ type: 'resize', height: 9, width: 12 }, { type: 'grey' }, { type: 'split', test: 1 }];
    const { splits } = await openTrainingSet({ name: 'lfw', derive }, home.path);
    return new Set([...imagesOf(splits.train?.images), ...imagesOf(splits.test?.images)]);
  };
  const imagesOf = (pixels: ArrayLike<number> = [], size = 108) =>
    Array.from({ length: pixels.length / size }, (_, i) =>
      Array.from({ length: size }, (_, at) => pixels[i * size + at]).join(),
    );

  test('are those of its lists to develop on, in their order', async () => {
    await install('lfw');
    const { splits, classes, shape } = await openTrainingSet(section({ choose: 'development' }), home.path);
    expect([classes, shape]).toEqual([
      ['different', 'same'],
      [2, 9, 12],
    ]);
    expect([...(splits.train?.labels ?? [])]).toEqual([1, 0]);
    expect([...(splits.test?.labels ?? [])]).toEqual([1, 1, 0, 0]);
    const known = await photographs();
    const images = [...imagesOf(splits.train?.images), ...imagesOf(splits.test?.images)];
    expect(images.filter((image) => !known.has(image))).toEqual([]);
    // Ada_A 1 and 3, Bob_B 3 and Cy_C 2.
    const [ada, ada3, bob3, cy2] = imagesOf(splits.train?.images);
    expect(new Set([ada, ada3, cy2]).size).toBe(3);
    expect(bob3).toBe(ada3);
  });

  test('are tested on one fold, and learned on all others', async () => {
    await install('lfw');
    const described = await describeTrainingSet(section({ choose: 'fold', fold: 2 }), home.path);
    expect(described.splits).toEqual({
      train: { count: 2, perClass: [1, 1] },
      test: { count: 2, perClass: [1, 1] },
    });
    const second = await openTrainingSet(section({ choose: 'fold', fold: 2 }), home.path);
    const first = await openTrainingSet(section({ choose: 'fold', fold: 1 }), home.path);
    expect(imagesOf(first.splits.test?.images)).toEqual(imagesOf(second.splits.train?.images));
    expect(imagesOf(first.splits.train?.images)).toEqual(imagesOf(second.splits.test?.images));
  });

  test('of a fold that there is not are refused', async () => {
    await install('lfw');
    await expect(describeTrainingSet(section({ choose: 'fold', fold: 3 }), home.path)).rejects.toMatchObject({
      code: 'spec.invalid',
      message: expect.stringMatching(/dataset\.derive\.2\.fold.*2 folds/),
    });
  });

  test('are refused where the set has none, or where its images were chosen anew before', async () => {
    await install('lfw');
    await install('voc-2007');
    const steps = (name: string, ...derive: { type: string }[]) =>
      describeTrainingSet({ name, derive }, home.path);
    const resize = { type: 'resize', height: 9, width: 9 };
    const pairs = { type: 'pairs', choose: 'development' };
    await expect(steps('voc-2007', resize, pairs)).rejects.toMatchObject({
      code: 'spec.invalid',
      message: expect.stringMatching(/no pairs of its own/),
    });
    await expect(steps('lfw', resize, { type: 'split' }, pairs)).rejects.toMatchObject({
      message: expect.stringMatching(/no pairs of its own/),
    });
  });
});
