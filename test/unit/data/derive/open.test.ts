import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../core/data/decode/decode.ts';
import { cleanDerived, derivedFolder } from '../../../../core/data/derive/cache.ts';
import { makeDerived } from '../../../../core/data/derive/make.ts';
import { describeTrainingSet, openTrainingSet, trainingLabels } from '../../../../core/data/derive/open.ts';
import { openScenes } from '../../../../core/data/derive/scenes-folder.ts';
import { completeReference } from '../../../../core/data/derive/section.ts';
import { parseVocXml } from '../../../../core/data/formats/voc.ts';
import { readSafetensors } from '../../../../core/export/safetensors.ts';
import { installEightDigits } from '../../../support/mnist.ts';
import { temporaryFolder } from '../../../support/project.ts';

let home: string;
let remove: () => void;
beforeEach(() => {
  const folder = temporaryFolder();
  home = folder.path;
  remove = folder.remove;
  installEightDigits(home);
});
afterEach(() => remove());

const stored = () => readdirSync(derivedFolder(home));
/** The eight training digits are 5 0 4 1 9 2 1 3. */
const section = {
  name: 'mnist',
  derive: [
    { type: 'classes', keep: ['1', '9', '2'] },
    { type: 'resize', height: 7, width: 7 },
  ],
};

describe('a derived set', () => {
  test('is described before it is made, and is then what was described', async () => {
    expect(await describeTrainingSet(section, home)).toEqual({
      title: 'MNIST',
      shape: [1, 7, 7],
      classes: ['1', '9', '2'],
      splits: { train: { count: 4, perClass: [2, 1, 1] }, test: { count: 4, perClass: [2, 1, 1] } },
    });
    expect(await trainingLabels(section, home)).toEqual(Int32Array.of(0, 1, 2, 0));
    expect(existsSync(derivedFolder(home))).toBe(false);
    const { name, title, shape, classes, splits } = await openTrainingSet(section, home);
    expect({ name, title, shape, classes }).toEqual({
      name: 'mnist',
      title: 'MNIST (classes, resize)',
      shape: [1, 7, 7],
      classes: ['1', '9', '2'],
    });
    expect([...(splits.train?.labels ?? [])]).toEqual([0, 1, 2, 0]);
    expect(splits.train?.images).toHaveLength(4 * 49);
  });

  test('is made once, and found again by another opening', async () => {
    const first = await openTrainingSet(section, home);
    const made = stored();
    expect(made).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const again = await openTrainingSet(section, home);
    expect([again.hash, again.splits.train?.images]).toEqual([first.hash, first.splits.train?.images]);
    expect(stored()).toEqual(made);
  });

  test('has the hash of its content, wherever and however often it is made', async () => {
    const { hash } = await openTrainingSet(section, home);
    using elsewhere = temporaryFolder();
    installEightDigits(elsewhere.path);
    expect((await openTrainingSet(section, elsewhere.path)).hash).toBe(hash);
    const steps = [
      ...section.derive.slice(0, 1),
      { type: 'resize', height: 7, width: 7, method: 'bilinear' },
    ];
    expect((await openTrainingSet({ ...section, derive: steps }, home)).hash).not.toBe(hash);
  });

  test('is another where the data it is made from are others', async () => {
    const { hash } = await openTrainingSet(section, home);
    const images = join(home, 'datasets', 'mnist', 'train-images-idx3-ubyte');
    const bytes = readFileSync(images);
    // A pixel of the fourth image, a 1.
    bytes[16 + 3 * 784 + 400] = (bytes[16 + 3 * 784 + 400] as number) ^ 128;
    writeFileSync(images, bytes);
    expect((await openTrainingSet(section, home)).hash).not.toBe(hash);
    expect(stored()).toHaveLength(2);
  });

  test('lies on disk as a file that any program reads', async () => {
    const whitened = {
      name: 'mnist',
      derive: [{ type: 'patches', size: 4, train: 20, test: 5 }, { type: 'zca' }],
    };
    const { splits } = await openTrainingSet(whitened, home);
    const { tensors, metadata } = await readSafetensors(
      join(derivedFolder(home), stored()[0] as string, 'samples.safetensors'),
    );
    expect([...tensors.keys()].sort()).toEqual(['test.images', 'train.images']);
    expect(tensors.get('train.images')).toEqual({ shape: [20, 1, 4, 4], data: splits.train?.images });
    expect(metadata).toEqual({ title: 'MNIST (patches, zca)', classes: '[]' });
    expect(splits.train?.images).toBeInstanceOf(Float32Array);
    expect(new Set(splits.train?.labels)).toEqual(new Set([-1]));
  });

  test('tells first what it has to find out of many samples, then the bytes that are written', async () => {
    const derive = [{ type: 'patches', size: 4, train: 20, test: 5 }, { type: 'zca' }];
    const told: [string, number, number][] = [];
    await makeDerived(completeReference({ name: 'mnist', derive }), home, {
      onProgress: (...progress) => told.push(progress),
    });
    const phases = [...new Set(told.map(([phase]) => phase))];
    expect(phases).toEqual(['fitting', 'deriving']);
    for (const phase of phases) {
      const done = told.filter(([of]) => of === phase).map(([, amount]) => amount);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
    }
    expect(told.at(-1)).toEqual(['deriving', 25 * 16 * 4, 25 * 16 * 4]);
  });

  test('that was cut short is damaged, and the file is named', async () => {
    await openTrainingSet(section, home);
    const path = join(derivedFolder(home), stored()[0] as string, 'samples.safetensors');
    truncateSync(path, 300);
    await expect(openTrainingSet(section, home)).rejects.toMatchObject({
      code: 'dataset.damaged',
      subject: path,
    });
  });

  test('that was given up leaves nothing behind', async () => {
    const controller = new AbortController();
    const large = { name: 'mnist', derive: [{ type: 'patches', size: 28, train: 200_000, test: 100 }] };
    const opened = openTrainingSet(large, home, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('given up')),
    });
    await expect(opened).rejects.toThrow('given up');
    expect(stored()).toEqual([]);
  });

  test('that comes to nothing to train on is refused, before anything is made', async () => {
    const alone = { name: 'mnist', derive: [{ type: 'classes', keep: ['7'] }] };
    await expect(trainingLabels(alone, home)).rejects.toMatchObject({
      code: 'spec.invalid',
      message: 'dataset.derive: there are no train samples.',
    });
    await expect(openTrainingSet(alone, home)).rejects.toMatchObject({ code: 'spec.invalid' });
    expect(existsSync(derivedFolder(home))).toBe(false);
  });
});

describe('a derivation that was killed', () => {
  test('is cleaned away at the next start; one under way, and whole ones, stay', async () => {
    await openTrainingSet(section, home);
    const whole = stored();
    // No process has this number: Linux, macOS and Windows give out smaller ones.
    for (const name of ['.making-99999999-aa', `.making-${process.pid}-bb`]) {
      mkdirSync(join(derivedFolder(home), name));
      writeFileSync(join(derivedFolder(home), name, 'samples.safetensors'), 'half');
    }
    await cleanDerived(home);
    expect(stored().sort()).toEqual([`.making-${process.pid}-bb`, ...whole].sort());
  });

  test('is nothing to clean in a home without derived sets', async () => {
    await expect(cleanDerived(home)).resolves.toBeUndefined();
  });
});

describe('detection scenes', () => {
  const scenes = {
    name: 'mnist',
    derive: [{ type: 'scenes', height: 48, width: 64, train: 12, test: 4, most: 4 }],
  };

  test('tell what is on them and where: boxes that hold ink, close around it, and never meet', async () => {
    const { splits, objects, shape } = await openTrainingSet(scenes, home);
    expect(shape).toEqual([1, 48, 64]);
    expect(objects?.test).toHaveLength(4);
    const images = splits.train?.images as Uint8Array;
    let seen = 0;
    for (const [n, boxes] of (objects?.train ?? []).entries()) {
      for (const [i, box] of boxes.entries()) {
        seen++;
        const bright = (row: number, column: number) =>
          (images[(n * 48 + row) * 64 + column] as number) >= 32;
        const rows = Array.from({ length: box.bottom - box.top + 1 }, (_, y) => box.top + y);
        const columns = Array.from({ length: box.right - box.left + 1 }, (_, x) => box.left + x);
        for (const row of [box.top, box.bottom])
          expect(columns.some((column) => bright(row, column))).toBe(true);
        for (const column of [box.left, box.right])
          expect(rows.some((row) => bright(row, column))).toBe(true);
        for (const other of boxes.slice(i + 1)) {
          const apart =
            other.left > box.right ||
            other.right < box.left ||
            other.top > box.bottom ||
            other.bottom < box.top;
          expect(apart).toBe(true);
        }
      }
    }
    expect(seen).toBeGreaterThan(12);
  });

  test('are written as PASCAL VOC, annotations and images the same as in the stored set', async () => {
    const collection = await openScenes(scenes, home);
    const { splits } = await openTrainingSet(scenes, home);
    const images = splits.train?.images as Uint8Array;
    const list = readFileSync(join(collection.folder, 'ImageSets', 'Main', 'train.txt'), 'utf8')
      .trim()
      .split('\n');
    expect(list).toHaveLength(12);
    for (const [n, name] of list.entries()) {
      const file = join(collection.folder, 'Annotations', `${name}.xml`);
      const annotation = parseVocXml(readFileSync(file, 'utf8'), file);
      expect(annotation).toMatchObject({ file: `${name}.png`, width: 64, height: 48, depth: 1 });
      const named = collection.splits.train?.[n]?.boxes?.map(({ label, ...box }) => ({
        name: String(label),
        ...box,
      }));
      expect(annotation.objects).toEqual(named);
      const image = await decodeImage(await collection.read(`JPEGImages/${annotation.file}`), name);
      const pixels = images.slice(n * 48 * 64, (n + 1) * 48 * 64);
      expect(Uint8Array.from(image.data).filter((_, i) => i % 3 === 0)).toEqual(pixels);
    }
  });

  test('are another set for another seed', async () => {
    const steps = scenes.derive.map((step) => ({ ...step, seed: 2 }));
    const [one, other] = [
      await openTrainingSet(scenes, home),
      await openTrainingSet({ ...scenes, derive: steps }, home),
    ];
    expect(one.hash).not.toBe(other.hash);
  });
});
