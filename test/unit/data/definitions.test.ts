import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importDataset } from '../../../core/data/acquire/import.ts';
import { manualWay } from '../../../core/data/acquire/plan.ts';
import type { Dataset, DatasetDefinition, ImageCollection } from '../../../core/data/dataset.ts';
import { datasets, findDataset } from '../../../core/data/index.ts';
import { tgzOf, zipOf } from '../../support/data/archives.ts';
import { fixtures, noise, writeFiles } from '../../support/data/fixtures.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(() => home.remove());

async function fixtureOf(name: string) {
  const make = fixtures[name];
  if (make === undefined) throw new Error(`${name} has no fixture of eight samples`);
  return make();
}

/** Imports a fixture as the archive it is published as, and opens it. */
async function install(name: string): Promise<Dataset | ImageCollection> {
  const { files } = await fixtureOf(name);
  const archive = join(home.path, 'archive.tgz');
  writeFileSync(archive, await tgzOf(files));
  await importDataset(findDataset(name), home.path, [archive]);
  return open(name);
}

const open = (name: string) => openAny(findDataset(name));
const openAny = (definition: DatasetDefinition) =>
  definition.kind === 'samples' ? definition.open(home.path) : definition.openImages(home.path);

const storedSets = [...datasets.values()].filter(({ stored }) => stored !== undefined);

describe.each(storedSets)('$name', (definition) => {
  const { name, stored, sources } = definition;
  const folder = () => join(home.path, 'datasets', name);

  test('is taken from a folder or an archive, with the same content either way', async () => {
    const { files, splits } = await fixtureOf(name);
    writeFiles(join(home.path, 'folder'), files);
    const fromFolder = await importDataset(definition, home.path, [join(home.path, 'folder')]);
    expect(fromFolder).toMatchObject({ status: 'ready', version: 'own copy', published: false, splits });
    const archive = join(home.path, 'archive.tgz');
    writeFileSync(archive, await tgzOf(files));
    const fromArchive = await importDataset(definition, home.path, [archive]);
    expect(fromArchive).toEqual(fromFolder);
    expect(await definition.inspect(home.path)).toMatchObject({ status: 'ready', splits });
    expect(await definition.verify(home.path)).toEqual(fromFolder);
    const opened = await openAny(definition);
    expect(opened).toMatchObject({ name, hash: fromFolder.hash, version: 'own copy' });
    expect(readdirSync(join(home.path, 'datasets'))).toEqual([name]);
  });

  test('is refused when any file has another byte, and verify lists that file', async () => {
    await install(name);
    const paths = readFileSync(join(folder(), 'SHA256SUMS'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66));
    const large = new Set(stored?.large);
    // A read of every image of a collection is the derived set's; lists and annotations are read at once.
    const read = definition.kind === 'samples' ? paths : paths.filter((path) => !path.endsWith('.jpg'));
    for (const path of read.filter((each) => !large.has(each)).slice(0, 6)) {
      const full = join(folder(), path);
      const good = readFileSync(full);
      const bad = Buffer.from(good);
      bad[good.length >> 1] = (bad[good.length >> 1] as number) ^ 4;
      writeFileSync(full, bad);
      await expect(openAny(definition), path).rejects.toMatchObject({
        code: 'dataset.damaged',
        subject: full,
      });
      const report = await definition.verify(home.path);
      expect(report, path).toMatchObject({ status: 'damaged', hash: null });
      expect(report.faults.map(({ file }) => file)).toContain(full);
      writeFileSync(full, good);
    }
  });

  test('is not there when it was cut short or a file is gone', async () => {
    await install(name);
    const [path = ''] = readFileSync(join(folder(), 'SHA256SUMS'), 'utf8').slice(66).split('\n');
    const full = join(folder(), path);
    truncateSync(full, readFileSync(full).length - 1);
    expect((await definition.verify(home.path)).status).toBe('damaged');
    rmSync(full);
    expect((await definition.verify(home.path)).status).not.toBe('ready');
  });

  test('says where it comes from, under which licence, and how to cite it', () => {
    const { title, description, licence, source, homepage, citation, published } = definition;
    for (const text of [title, description, licence, source, homepage, citation, published.version]) {
      expect(text).not.toBe('');
    }
    for (const way of sources) {
      if (way.kind !== 'web') continue;
      for (const { urls, bytes, checksum } of way.files) {
        expect(urls.every((url) => URL.canParse(url))).toBe(true);
        expect(checksum).not.toBeNull();
        expect(bytes ?? 1).toBeGreaterThan(0);
      }
    }
  });

  test('says which file to bring where there is no network, and what it has to be called', () => {
    const way = manualWay(definition);
    const files = sources.flatMap((source) => (source.kind === 'web' ? source.files : []));
    for (const { name: file, urls } of files) {
      expect(way).toContain(urls[0]);
      const called = new URL(urls[0] ?? '').pathname.endsWith(`/${file}`);
      expect(way.includes(`${urls[0]} (as ${file})`), file).toBe(!called);
    }
    if (files.length > 0) expect(way).toContain(`convolab datasets import ${name} <file`);
  });
});

describe('what the files of a set come to', () => {
  test('CIFAR-10: pixels plane by plane, training files one after the other', async () => {
    const { splits } = (await install('cifar-10')) as Dataset;
    expect([...(splits.train?.labels ?? [])]).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
    expect(Buffer.compare(noise(6144, 0), splits.train?.images.subarray(0, 6144) as Uint8Array)).toBe(0);
    expect(Buffer.compare(noise(6144, 1), splits.train?.images.subarray(6144, 12_288) as Uint8Array)).toBe(0);
  });

  test('CIFAR-100: the fine label', async () => {
    const { splits, classes } = (await install('cifar-100')) as Dataset;
    expect([...(splits.train?.labels ?? [])]).toEqual([0, 14, 28, 42, 56, 70, 84, 98]);
    expect([classes[0], classes[14], classes[99]]).toEqual(['apple', 'butterfly', 'worm']);
  });

  test('STL-10: rows where the file has columns, labels from 0, and images without labels by position', async () => {
    const { splits, large } = (await install('stl-10')) as Dataset;
    expect(Buffer.compare(noise(8 * 27_648, 1), splits.train?.images as Uint8Array)).toBe(0);
    expect([...(splits.test?.labels ?? [])]).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
    const reader = large?.unlabelled;
    expect(reader).toMatchObject({ count: 8, labels: null, shape: [3, 96, 96] });
    const target = new Uint8Array(2 * 27_648);
    await reader?.read(Uint32Array.of(5, 0), target);
    const all = noise(8 * 27_648, 3);
    expect(Buffer.compare(target.subarray(0, 27_648), all.subarray(5 * 27_648, 6 * 27_648))).toBe(0);
    expect(Buffer.compare(target.subarray(27_648), all.subarray(0, 27_648))).toBe(0);
    await reader?.close();
  });

  test('STL-10: images without labels that were touched since they were checked are refused', async () => {
    await install('stl-10');
    truncateSync(join(home.path, 'datasets', 'stl-10', 'unlabeled_X.bin'), 7 * 27_648);
    await expect(open('stl-10')).rejects.toMatchObject({ code: 'dataset.damaged' });
  });

  test('Caltech-101: a box for every image, also where annotations lie under another name; no background', async () => {
    const { splits, classes } = (await install('caltech-101')) as ImageCollection;
    expect(splits.all?.map(({ path }) => path)).toEqual(
      ['Faces', 'Faces_easy', 'accordion', 'airplanes'].flatMap((name) => [
        `images/${name}/image_0001.jpg`,
        `images/${name}/image_0002.jpg`,
      ]),
    );
    expect(splits.all?.[0]).toMatchObject({
      label: classes.indexOf('Faces'),
      boxes: [{ top: 1, bottom: 7, left: 4, right: 10 }],
    });
    expect(splits.all?.[7]?.boxes).toEqual([
      { label: classes.indexOf('airplanes'), top: 1, bottom: 7, left: 3, right: 10, difficult: false },
    ]);
    expect(classes).toHaveLength(101);
  });

  test('Caltech-101: as the zip of archives that its makers publish, with what macOS added', async () => {
    const { files } = await fixtureOf('caltech-101');
    const part = (start: string) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith(start)));
    const zip = zipOf({
      'caltech-101/101_ObjectCategories.tar.gz': await tgzOf(part('101_ObjectCategories')),
      '__MACOSX/caltech-101/._101_ObjectCategories.tar.gz': 'no archive at all',
      'caltech-101/Annotations.tar.gz': await tgzOf(part('Annotations')),
      'caltech-101/show_annotation.m': 'figure',
    });
    writeFileSync(join(home.path, 'caltech-101.zip'), zip);
    const report = await importDataset(findDataset('caltech-101'), home.path, [
      join(home.path, 'caltech-101.zip'),
    ]);
    expect(report).toMatchObject({ status: 'ready', splits: { all: 8 } });
  });

  test('Caltech-101: annotations without images are no data set', async () => {
    const { files } = await fixtureOf('caltech-101');
    const boxes = Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.mat')));
    writeFiles(join(home.path, 'folder'), boxes);
    const importing = importDataset(findDataset('caltech-101'), home.path, [join(home.path, 'folder')]);
    await expect(importing).rejects.toMatchObject({ code: 'dataset.missing' });
    expect(existsSync(join(home.path, 'datasets', 'caltech-101'))).toBe(false);
  });

  test('images put into the folder by hand are not taken for the set: nobody has looked at them', async () => {
    const { files } = await fixtureOf('lfw');
    writeFiles(join(home.path, 'datasets', 'lfw'), files);
    const lfw = findDataset('lfw');
    expect(await lfw.verify(home.path)).toMatchObject({ status: 'missing', hash: null, faults: [] });
    expect((await lfw.inspect(home.path)).status).toBe('missing');
    await expect(openAny(lfw)).rejects.toMatchObject({ code: 'dataset.missing' });
  });

  test('LFW: people as classes, and its pairs', async () => {
    const { classes, splits, pairs } = (await install('lfw')) as ImageCollection;
    expect(classes).toEqual(['Ada_A', 'Bob_B', 'Cy_C']);
    expect(splits.all?.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
    expect(pairs?.folds.map((fold) => fold.map(({ same }) => same))).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(pairs?.test).toHaveLength(4);
    expect(pairs?.train).toEqual([
      { images: ['images/Ada_A/Ada_A_0001.jpg', 'images/Ada_A/Ada_A_0003.jpg'], same: true },
      { images: ['images/Bob_B/Bob_B_0003.jpg', 'images/Cy_C/Cy_C_0002.jpg'], same: false },
    ]);
  });

  test('LFW: a list that names an image that is not there is damage', async () => {
    const { files } = await fixtureOf('lfw');
    writeFiles(join(home.path, 'folder'), { ...files, 'pairs.txt': '1\nAda_A\t1\t9\nAda_A\t1\tBob_B\t1\n' });
    const importing = importDataset(findDataset('lfw'), home.path, [join(home.path, 'folder')]);
    await expect(importing).rejects.toMatchObject({ code: 'dataset.damaged' });
    expect(readdirSync(home.path)).not.toContain('datasets/lfw');
  });

  test('VOC: boxes from 0, classes by name, what is difficult marked', async () => {
    const { splits, classes } = (await install('voc-2007')) as ImageCollection;
    expect(Object.keys(splits)).toEqual(['train', 'validation', 'test']);
    const [dog, cat] = ['dog', 'cat'].map((name) => classes.indexOf(name));
    expect(splits.test?.[3]).toEqual({
      path: 'JPEGImages/2007_0023.jpg',
      label: null,
      boxes: [{ label: dog, left: 3, top: 1, right: 5, bottom: 6.5, difficult: true }],
    });
    expect(splits.train?.[4]?.boxes?.map(({ label }) => label)).toEqual([dog, cat]);
  });

  test('an image of a collection is read only as it was fetched', async () => {
    const { splits, read, folder } = (await install('voc-2007')) as ImageCollection;
    const path = splits.train?.[0]?.path ?? '';
    expect(Buffer.from(await read(path))).toEqual(readFileSync(join(folder, path)));
    writeFileSync(join(folder, path), 'x');
    await expect(read(path)).rejects.toMatchObject({ code: 'dataset.damaged', subject: join(folder, path) });
  });
});
