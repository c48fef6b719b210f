import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleSource } from '../../../core/backends/backend.ts';
import { findIssues } from '../../../core/contract/issues.ts';
import { describeTrainingSet, openTrainingSet } from '../../../core/data/derive/open.ts';
import { parseNpy } from '../../../core/data/formats/npy.ts';
import { sourceDescriptors, sourceSchema } from '../../../core/data/sources/index.ts';
import { lookAtSource } from '../../../core/data/sources/look.ts';
import { writeSafetensors } from '../../../core/export/safetensors.ts';
import { zipOf } from '../../support/data/archives.ts';
import { flat } from '../../support/images.ts';
import { npyOf } from '../../support/npy.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: string;
let remove: () => void;
beforeEach(() => {
  const folder = temporaryFolder();
  home = folder.path;
  remove = folder.remove;
});
afterEach(() => remove());

/** Opens a source as an experiment would. */
const open = (
  source: { type: string; path: string; [key: string]: unknown },
  derive: { type: string }[] = [],
) => openTrainingSet({ name: 'own', source, derive }, home);
const split = (source: SampleSource | undefined) => ({
  images: [...(source?.images ?? [])],
  labels: [...(source?.labels ?? [])],
});

describe('a folder of images', () => {
  const size = { type: 'resize', height: 2, width: 2 };
  const paint = async (path: string, colour: readonly [number, number, number], side = 3) => {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(
      join(home, path),
      await flat(side, 2 * side, colour)
        .png()
        .toBuffer(),
    );
  };
  const source = (options = {}) => ({ type: 'image-folder', path: join(home, 'own'), ...options });

  test('with a folder for each class has these classes, and holds some of each out for testing', async () => {
    for (let i = 0; i < 5; i++) {
      await paint(`own/red/${i}.png`, [200, 0, i], 3 + i);
      await paint(`own/blue/deep/${i}.PNG`, [0, i, 200]);
    }
    writeFileSync(join(home, 'own', 'red', 'notes.txt'), 'no image');
    writeFileSync(join(home, 'own', 'red', '.hidden.png'), 'no image');
    const { title, classes, shape, splits } = await open(source(), [size]);
    expect({ title, classes, shape }).toEqual({
      title: 'own (resize)',
      classes: ['blue', 'red'],
      shape: [3, 2, 2],
    });
    expect([split(splits.train).labels, split(splits.test).labels]).toEqual([
      [0, 0, 0, 0, 1, 1, 1, 1],
      [0, 1],
    ]);
    // [3, 2, 2]: four pixels of red, then of green, then of blue.
    const first = split(splits.train).images.slice(0, 12);
    expect([first.slice(0, 4), first.slice(8)]).toEqual([
      [0, 0, 0, 0],
      [200, 200, 200, 200],
    ]);
  });

  test('with folders train and test has these splits, and the classes of both', async () => {
    await paint('own/Train/a/1.png', [1, 1, 1]);
    await paint('own/Train/b/1.png', [2, 2, 2]);
    await paint('own/val/b/1.png', [9, 9, 9]);
    await paint('own/test/b/1.png', [3, 3, 3]);
    const { classes, splits } = await open(source(), [size]);
    expect(classes).toEqual(['a', 'b']);
    expect([split(splits.train).labels, split(splits.test)]).toEqual([
      [0, 1],
      { images: new Array(12).fill(3), labels: [1] },
    ]);
  });

  test('needs a size before it can be trained on, and says which step gives it one', async () => {
    for (let i = 0; i < 5; i++) await paint(`own/a/${i}.png`, [1, 1, 1]);
    expect((await describeTrainingSet({ name: 'own', source: source() }, home)).shape).toBeNull();
    await expect(open(source())).rejects.toMatchObject({
      code: 'spec.invalid',
      message: 'dataset.derive: the images are of varied size.',
      hint: expect.stringContaining('type: resize'),
    });
  });

  test('is read anew when an image was replaced', async () => {
    for (let i = 0; i < 5; i++) await paint(`own/a/${i}.png`, [1, 1, 1]);
    const { hash } = await open(source(), [size]);
    await paint('own/a/0.png', [1, 1, 2]);
    // File systems tell times apart that are a little apart.
    utimesSync(join(home, 'own/a/0.png'), new Date(), new Date(Date.now() + 5000));
    expect((await open(source(), [size])).hash).not.toBe(hash);
  });

  test('with a damaged image is refused, and the image is named', async () => {
    for (let i = 0; i < 5; i++) await paint(`own/a/${i}.png`, [1, 1, 1]);
    writeFileSync(join(home, 'own/a/3.png'), 'not a PNG');
    await expect(open(source(), [size])).rejects.toMatchObject({
      code: 'dataset.damaged',
      subject: 'a/3.png',
    });
    const look = await lookAtSource(sourceSchema.parse(source()));
    expect(look.faults).toEqual([{ file: 'a/3.png', reason: expect.stringContaining('is no image') }]);
  });

  test('is looked at without decoding it: classes, counts and sizes', async () => {
    for (let i = 0; i < 10; i++) await paint(`own/${i % 2 ? 'odd' : 'even'}/${i}.png`, [1, 1, 1], 3 + i);
    expect(await lookAtSource(sourceSchema.parse(source({ test: 0.4 })))).toEqual({
      title: 'own',
      classes: ['even', 'odd'],
      shape: null,
      splits: { train: [3, 3], test: [2, 2] },
      sizes: { smallest: { height: 6, width: 3 }, largest: { height: 24, width: 12 } },
      faults: [],
    });
  });

  test('that is not there, or holds no images, is missing', async () => {
    await expect(open(source(), [size])).rejects.toMatchObject({
      code: 'dataset.missing',
      subject: join(home, 'own'),
    });
    mkdirSync(join(home, 'own', 'a'), { recursive: true });
    await expect(open(source(), [size])).rejects.toMatchObject({
      code: 'dataset.missing',
      message: expect.stringMatching(/holds no folders with JPEG/),
    });
  });
});

describe('a table of pixels', () => {
  const write = (text: string, name = 'own.csv') => writeFileSync(join(home, name), text);
  const source = (options = {}) => ({ type: 'csv', path: join(home, 'own.csv'), test: 1, ...options });

  test('with a header and the label first is bytes, in the shape of a square', async () => {
    write('label,p0,p1,p2,p3\n7,0,1,2,3\n3,255,0,0,9\n\n7,1,1,1,1\r\n');
    const { classes, shape, splits } = await open(source());
    expect([classes, shape]).toEqual([
      ['3', '7'],
      [1, 2, 2],
    ]);
    expect(splits.train?.images).toBeInstanceOf(Uint8Array);
    const all = [split(splits.train), split(splits.test)];
    expect(all.flatMap(({ labels }) => labels).sort()).toEqual([0, 1, 1]);
    expect(all.flatMap(({ images }) => images).reduce((sum, value) => sum + value, 0)).toBe(274);
  });

  test('may have its label in another column, by name or at the end, and names for classes', async () => {
    write('a;b;kind;c;d\n1;2;"tree";3;4\n5;6;house;7;8\n1;1;tree;1;1\n');
    const named = await open(source({ label: 'kind', shape: '1x1x4' }));
    expect([named.classes, named.shape]).toEqual([
      ['house', 'tree'],
      [1, 1, 4],
    ]);
    write('1,2,3,4,x\n5,6,7,8,y\n');
    const last = await open(source({ label: 'last' }));
    expect(last.classes).toEqual(['x', 'y']);
  });

  test('may be packed', async () => {
    writeFileSync(join(home, 'own.csv.gz'), gzipSync('0,1,2,3,4\n1,5,6,7,8\n'));
    const path = join(home, 'own.csv.gz');
    expect((await open(source({ path }))).classes).toEqual(['0', '1']);
    writeFileSync(path, 'not packed');
    await expect(open(source({ path }))).rejects.toMatchObject({ code: 'file.unreadable', subject: path });
  });

  test('with fractions is floats', async () => {
    write('0,0,1,2,3\n1,0.5,-1,0,1000\n0,1,1,1,1\n');
    const { splits } = await open(source());
    const images = [...split(splits.train).images, ...split(splits.test).images];
    expect(splits.train?.images).toBeInstanceOf(Float32Array);
    expect(images).toEqual(expect.arrayContaining([0.5, -1, 1000]));
  });

  test('in a folder may have a test set of its own', async () => {
    mkdirSync(join(home, 'own.csv'));
    write('0,1,1,1,1\n', 'own.csv/train.csv');
    write('1,2,2,2,2\n', 'own.csv/test.csv');
    const { splits } = await open(source());
    expect(split(splits.test)).toEqual({ images: [2, 2, 2, 2], labels: [1] });
  });

  test.each([
    ['with a row too short', '0,1,2,3,4\n0,1,2\n', /line 2 has 3 columns where 5 are expected/],
    ['with a hole', '0,1,2,3,4\n0,1,,3,4\n', /line 2 holds "", which is no number/],
    ['with words for pixels', '0,1,2,3,4\n0,1,two,3,4\n', /line 2 holds "two"/],
    ['of one column', '1\n2\n', /one column/],
    ['without rows', 'label,a,b\n', /no row of pixels/],
  ])('%s is damaged, and the line is named', async (_, text, message) => {
    write(text);
    await expect(open(source())).rejects.toMatchObject({
      code: 'dataset.damaged',
      message: expect.stringMatching(message),
    });
  });

  test('whose pixels make no square wants a shape that fits', async () => {
    write('0,1,2,3,4,5\n1,1,2,3,4,5\n');
    await expect(open(source())).rejects.toMatchObject({
      code: 'spec.invalid',
      subject: 'dataset.source.shape',
    });
    await expect(open(source({ shape: '1x2x3' }))).rejects.toThrow('1x2x3 are 6 pixels, and the rows have 5');
    expect((await open(source({ shape: '1x1x5' }))).shape).toEqual([1, 1, 5]);
  });

  test('that is not there is unreadable', async () => {
    await expect(open(source())).rejects.toMatchObject({ code: 'file.unreadable' });
  });
});

describe('arrays in an npz file', () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const longs = (...values: number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  const write = (arrays: Record<string, Uint8Array>) => writeFileSync(join(home, 'own.npz'), zipOf(arrays));
  const source = (options = {}) => ({ type: 'npz', path: join(home, 'own.npz'), ...options });

  test('as Keras names them are a training and a test set', async () => {
    write({
      'x_train.npy': npyOf('|u1', [2, 1, 2], Uint8Array.of(1, 2, 3, 4)),
      'y_train.npy': npyOf('|u1', [2], Uint8Array.of(4, 0)),
      'x_test.npy': npyOf('|u1', [1, 1, 2], Uint8Array.of(5, 6)),
      'y_test.npy': npyOf('<i8', [1], longs(2)),
    });
    const { splits, shape, classes } = await open(source());
    expect([shape, classes]).toEqual([
      [1, 1, 2],
      ['0', '1', '2', '3', '4'],
    ]);
    expect([split(splits.train), split(splits.test)]).toEqual([
      { images: [1, 2, 3, 4], labels: [4, 0] },
      { images: [5, 6], labels: [2] },
    ]);
  });

  test('with channels last are turned, floats stay floats, big-endian or little', async () => {
    const bigEndian = Buffer.from(floats(1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60)).swap32();
    write({ 'x.npy': npyOf('>f4', [2, 2, 1, 3], bigEndian), 'y.npy': npyOf('<i8', [2, 1], longs(0, 0)) });
    const { splits, shape } = await open(source({ test: 1 }));
    expect(shape).toEqual([3, 2, 1]);
    const images = [split(splits.train).images, split(splits.test).images];
    expect(images.sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual([
      [1, 10, 2, 20, 3, 30],
      [4, 40, 5, 50, 6, 60],
    ]);
  });

  test('of bytes with channels last are turned too, whatever memory they lie in', async () => {
    const pixels = Uint8Array.from({ length: 2 * 6 * 5 * 3 }, (_, i) => i);
    write({
      'x_train.npy': npyOf('|u1', [2, 6, 5, 3], pixels),
      'x_test.npy': npyOf('|u1', [2, 6, 5, 3], pixels),
    });
    const { splits, shape } = await open(source());
    expect(shape).toEqual([3, 6, 5]);
    const turned = [0, 1].flatMap((n) =>
      [0, 1, 2].flatMap((c) => Array.from({ length: 30 }, (_, i) => pixels[n * 90 + 3 * i + c])),
    );
    expect(split(splits.train).images).toEqual(turned);
  });

  test.each([
    ['without images', { 'z.npy': npyOf('|u1', [1], Uint8Array.of(1)) }, /holds no images to train on/],
    [
      'with too few labels',
      { 'x.npy': npyOf('|u1', [2, 1, 1], Uint8Array.of(1, 2)), 'y.npy': npyOf('|u1', [1], Uint8Array.of(0)) },
      /one label for each of 2 images/,
    ],
    [
      'with labels that are none',
      { 'x.npy': npyOf('|u1', [1, 1, 1], Uint8Array.of(1)), 'y.npy': npyOf('<f4', [1], floats(0.5)) },
      /holds 0.5 for sample 0, which is no class number/,
    ],
    ['column by column', { 'x.npy': npyOf('|u1', [2, 2, 2], new Uint8Array(8), true) }, /ascontiguousarray/],
    ['of objects', { 'x.npy': npyOf('|O', [1], new Uint8Array(8)) }, /no plain numbers/],
    [
      'cut short',
      { 'x.npy': npyOf('|u1', [9, 2, 2], new Uint8Array(8)) },
      /holds 8 bytes where \[9,2,2\] needs 36/,
    ],
    ['that is no archive', null, /own\.npz/],
  ])('%s are damaged', async (_, arrays, message) => {
    if (arrays) write(arrays as Record<string, Uint8Array>);
    else writeFileSync(join(home, 'own.npz'), 'not a zip archive');
    await expect(open(source())).rejects.toMatchObject({
      code: 'dataset.damaged',
      message: expect.stringMatching(message),
    });
  });

  test('of the second version of the format are read too', () => {
    const first = npyOf('<i2', [3], new Uint8Array(Int16Array.of(1, -2, 3).buffer));
    const second = Buffer.concat([
      Buffer.from('\x93NUMPY\x02\x00', 'latin1'),
      first.subarray(8, 10),
      Buffer.alloc(2),
      first.subarray(10),
    ]);
    expect(parseNpy(second, 'second')).toEqual(parseNpy(first, 'first'));
    expect(parseNpy(first, 'first')).toMatchObject({ dtype: 'I16', shape: [3] });
  });
});

describe('tensors in a safetensors file', () => {
  test('are a data set, one that Convolab derived among them', async () => {
    const path = join(home, 'own.safetensors');
    await writeSafetensors(
      path,
      new Map([
        ['train.images', { shape: [2, 1, 1, 2], data: Float32Array.of(1, -2, 3, 4) }],
        ['train.labels', { shape: [2], data: Int32Array.of(0, 1) }],
        ['test.images', { shape: [1, 1, 1, 2], data: Float32Array.of(5, 6) }],
        ['test.labels', { shape: [1], data: Int32Array.of(1) }],
      ]),
    );
    const { splits } = await open({ type: 'safetensors', path });
    expect([split(splits.train), split(splits.test)]).toEqual([
      { images: [1, -2, 3, 4], labels: [0, 1] },
      { images: [5, 6], labels: [1] },
    ]);
    rmSync(path);
    await expect(open({ type: 'safetensors', path })).rejects.toMatchObject({ code: 'file.unreadable' });
    writeFileSync(path, 'short');
    await expect(open({ type: 'safetensors', path })).rejects.toMatchObject({
      code: 'dataset.damaged',
      subject: path,
    });
  });
});

describe('a source in an experiment file', () => {
  test('of an unknown kind, or with an unknown key, is refused with the nearest known', () => {
    expect(findIssues(sourceSchema, { type: 'image-foldr', path: 'x' }, ['dataset', 'source'])).toEqual([
      { path: 'dataset.source.type', message: expect.stringContaining('did you mean "image-folder"') },
    ]);
    expect(findIssues(sourceSchema, { type: 'csv', path: 'x', labell: 'y' }, ['dataset', 'source'])).toEqual([
      { path: 'dataset.source.labell', message: expect.stringContaining('did you mean "label"') },
    ]);
  });

  test('every kind describes its form', () => {
    for (const { label, help, fields } of sourceDescriptors) {
      expect([label, help]).not.toContain('');
      expect(fields.map(({ key }) => key)).toEqual(expect.arrayContaining(['path', 'test', 'seed']));
    }
  });
});
