import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { writeVocXml } from '../../../core/data/formats/voc.ts';
import { projectRoot } from '../project.ts';
import type { Files } from './archives.ts';
import { writeCifarRecords, writeIdx, writeMat, writeStlImages } from './writers.ts';

/** Bytes that look like nothing, always the same for a seed (xorshift32). */
export function noise(count: number, seed: number): Uint8Array {
  let state = (seed + 1) * 0x9e3779b9;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A photograph of nothing. */
async function jpeg(seed: number, width = 12, height = 9): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 as const };
  return sharp(Buffer.from(noise(width * height * 3, seed)), { raw })
    .jpeg()
    .toBuffer();
}

const stored = (set: string, name: string) =>
  readFileSync(join(projectRoot, 'test', 'support', 'datasets', set, name));
const idxNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** What a fixture holds, and what a loader must make of it. */
export interface Fixture {
  /** By their paths in the archive that the set's makers publish. */
  readonly files: Files;
  readonly splits: Readonly<Record<string, number>>;
}

/** Eight samples of every data set (eight of each split where it has several), in its true format and layout. */
export const fixtures: Readonly<Record<string, () => Promise<Fixture> | Fixture>> = {
  mnist: () => ({
    files: Object.fromEntries(idxNames.map((name) => [name, stored('mnist', name)])),
    splits: { train: 8, test: 8 },
  }),

  'fashion-mnist': () => ({
    files: Object.fromEntries(
      idxNames.map((name, i) => [
        name,
        name.includes('images')
          ? writeIdx([8, 28, 28], noise(8 * 784, i))
          : writeIdx([8], Uint8Array.from(range(8))),
      ]),
    ),
    splits: { train: 8, test: 8 },
  }),

  'cifar-10': () => ({
    files: Object.fromEntries(
      ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'].map(
        (name, i) => {
          const labels = range([2, 2, 2, 1, 1, 8][i] as number).map((label) => [(label + i) % 10]);
          const images = noise(labels.length * 3072, i);
          return [`cifar-10-batches-bin/${name}.bin`, writeCifarRecords(labels, images)];
        },
      ),
    ),
    splits: { train: 8, test: 8 },
  }),

  'cifar-100': () => ({
    files: Object.fromEntries(
      ['train', 'test'].map((name, i) => {
        const labels = range(8).map((label) => [(label * 7) % 20, label * 14 + i]);
        return [`cifar-100-binary/${name}.bin`, writeCifarRecords(labels, noise(8 * 3072, i))];
      }),
    ),
    splits: { train: 8, test: 8 },
  }),

  'stl-10': () => ({
    files: {
      'stl10_binary/train_X.bin': writeStlImages(noise(8 * 27_648, 1)),
      'stl10_binary/train_y.bin': Uint8Array.from(range(8), (label) => label + 1),
      'stl10_binary/test_X.bin': writeStlImages(noise(8 * 27_648, 2)),
      'stl10_binary/test_y.bin': Uint8Array.from(range(8), (label) => 10 - label),
      'stl10_binary/unlabeled_X.bin': writeStlImages(noise(8 * 27_648, 3)),
    },
    splits: { train: 8, test: 8, unlabelled: 8 },
  }),

  'caltech-101': async () => {
    const files: Record<string, Uint8Array | string> = { 'caltech-101/show_annotation.m': 'figure' };
    const folders = [
      ['accordion', 'accordion'],
      ['airplanes', 'Airplanes_Side_2'],
      ['Faces', 'Faces_2'],
      ['Faces_easy', 'Faces_3'],
    ] as const;
    for (const [i, [images, annotations]] of folders.entries()) {
      for (const number of ['0001', '0002']) {
        files[`101_ObjectCategories/${images}/image_${number}.jpg`] = await jpeg(i);
        files[`Annotations/${annotations}/annotation_${number}.mat`] = writeMat(
          new Map([
            ['box_coord', { dimensions: [1, 4], data: Float64Array.of(2, 8, 3 + i, 11) }],
            ['obj_contour', { dimensions: [2, 3], data: Float64Array.of(0.5, 1, 5, 6.25, 2, 3) }],
          ]),
          { little: true, compressed: false, narrow: i % 2 === 0 },
        );
      }
    }
    files['101_ObjectCategories/BACKGROUND_Google/image_0001.jpg'] = await jpeg(9);
    return { files, splits: { all: 8 } };
  },

  lfw: async () => {
    const files: Record<string, Uint8Array | string> = {
      'pairs.txt': '2\t1\nAda_A\t1\t2\nAda_A\t1\tBob_B\t1\nBob_B\t1\t2\nBob_B\t2\tCy_C\t1\n',
      'pairsDevTrain.txt': '1\nAda_A\t1\t3\nBob_B\t3\tCy_C\t2\n',
      'pairsDevTest.txt': '2\nAda_A\t2\t3\nCy_C\t1\t2\nAda_A\t1\tCy_C\t1\nBob_B\t1\tAda_A\t2\n',
    };
    const people = { Ada_A: 3, Bob_B: 3, Cy_C: 2 };
    for (const [person, images] of Object.entries(people)) {
      for (const i of range(images)) files[`lfw/${person}/${person}_000${i + 1}.jpg`] = await jpeg(i);
    }
    return { files, splits: { all: 8 } };
  },

  'voc-2007': () => vocFixture(2007, ['train', 'val', 'test']),
  'voc-2012': () => vocFixture(2012, ['train', 'val']),
};

async function vocFixture(year: number, lists: readonly string[]): Promise<Fixture> {
  const files: Record<string, Uint8Array | string> = {};
  const root = `VOCdevkit/VOC${year}`;
  for (const [i, list] of lists.entries()) {
    const names = range(8).map((image) => `${year}_00${i}${image}`);
    files[`${root}/ImageSets/Main/${list}.txt`] = names.map((name) => `${name}\n`).join('');
    files[`${root}/ImageSets/Main/dog_${list}.txt`] = names.map((name) => `${name} -1\n`).join('');
    for (const [image, name] of names.entries()) {
      files[`${root}/JPEGImages/${name}.jpg`] = await jpeg(image);
      files[`${root}/SegmentationClass/${name}.png`] = 'no part of it';
      files[`${root}/Annotations/${name}.xml`] = writeVocXml({
        file: `${name}.jpg`,
        width: 12,
        height: 9,
        depth: 3,
        objects: [
          { name: 'dog', left: image, top: 1, right: image + 2, bottom: 6.5, difficult: image === 3 },
          ...(image === 4 ? [{ name: 'cat', left: 0, top: 0, right: 11, bottom: 8, difficult: false }] : []),
        ],
      });
    }
  }
  const names = { train: 'train', val: 'validation', test: 'test' } as const;
  const splits = Object.fromEntries(lists.map((list) => [names[list as keyof typeof names], 8]));
  return { files, splits };
}

/** Writes files under a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
