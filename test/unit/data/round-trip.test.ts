import { describe, expect, test } from 'vitest';
import { parseCifar, writeCifar } from '../../../core/data/formats/cifar.ts';
import { parseIdx } from '../../../core/data/formats/idx.ts';
import { type MatArray, parseMat } from '../../../core/data/formats/mat.ts';
import { parseStlImages, parseStlLabels, stlImageBytes } from '../../../core/data/formats/stl.ts';
import { parseVocXml, type VocAnnotation, writeVocXml } from '../../../core/data/formats/voc.ts';
import { RandomSequence } from '../../../core/train/random.ts';
import { writeCifarRecords, writeIdx, writeMat, writeStlImages } from '../../support/data/writers.ts';

/** As many as the project promises. */
const cases = 10_000;

type Random = RandomSequence;
const bytes = (random: Random, count: number) => Uint8Array.from({ length: count }, () => random.below(256));
const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);

/** Runs every case with numbers of its own; the number of a failing one is in the message. */
function forAll(check: (random: Random) => void): void {
  for (let i = 0; i < cases; i++) {
    try {
      check(new RandomSequence(i, 'probe'));
    } catch (cause) {
      throw new Error(`case ${i}`, { cause });
    }
  }
}

/** `expect` compares large arrays slowly. */
function same(actual: ArrayLike<number> & ArrayBufferView, expected: ArrayBufferView): void {
  const buffer = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (!buffer(actual).equals(buffer(expected))) throw new Error('other numbers come back');
}

describe(`reading back what was written, ${cases} times`, () => {
  test('IDX', () => {
    forAll((random) => {
      const rank = between(random, 1, 4);
      const extents = Array.from({ length: rank }, () => between(random, 0, 7));
      const data = bytes(
        random,
        extents.reduce((product, extent) => product * extent, 1),
      );
      const parsed = parseIdx(writeIdx(extents, data), 'file', rank);
      expect(parsed.extents).toEqual(extents);
      same(parsed.data, data);
    });
  });

  test('CIFAR-10, by our own writer', () => {
    const pixels = bytes(new RandomSequence(0, 'probe', 1), 4 * 3072);
    forAll((random) => {
      const count = between(random, 1, 3);
      const images = pixels.subarray(random.below(3072)).subarray(0, count * 3072);
      const labels = Int32Array.from({ length: count }, () => random.below(10));
      const parsed = parseCifar({ labels: [10] }, writeCifar(images, labels), 'file');
      same(parsed.images, images);
      same(parsed.labels, labels);
    });
  });

  test('CIFAR-100, whose second label counts', () => {
    const pixels = bytes(new RandomSequence(0, 'probe', 2), 4 * 3072);
    forAll((random) => {
      const count = between(random, 1, 3);
      const images = pixels.subarray(random.below(3072)).subarray(0, count * 3072);
      const labels = Array.from({ length: count }, () => [random.below(20), random.below(100)] as const);
      const parsed = parseCifar({ labels: [20, 100] }, writeCifarRecords(labels, images), 'file');
      same(parsed.images, images);
      expect([...parsed.labels]).toEqual(labels.map(([, fine]) => fine));
    });
  });

  test('STL-10', () => {
    const pixels = bytes(new RandomSequence(0, 'probe', 3), 2 * stlImageBytes);
    forAll((random) => {
      const images = pixels.subarray(random.below(stlImageBytes)).subarray(0, stlImageBytes);
      same(parseStlImages(writeStlImages(images), 'file'), images);
      const labels = Int32Array.from({ length: between(random, 0, 9) }, () => random.below(10));
      same(
        parseStlLabels(
          Uint8Array.from(labels, (label) => label + 1),
          'file',
          10,
        ),
        labels,
      );
    });
  });

  test('MAT, little and big endian, packed and plain, as doubles and as MATLAB narrows them', () => {
    forAll((random) => {
      const arrays = new Map<string, MatArray>();
      for (let i = between(random, 0, 3); i > 0; i--) {
        const dimensions = [between(random, 0, 3), between(random, 0, 3)];
        const scale = [1, 255, 65535, 1e9][random.below(4)] as number;
        const whole = random.below(2) === 0;
        const data = Float64Array.from({ length: (dimensions[0] ?? 0) * (dimensions[1] ?? 0) }, () =>
          whole ? Math.floor(random.uniform() * scale) : (random.uniform() - 0.5) * scale,
        );
        arrays.set(`name_${'x'.repeat(random.below(9))}${i}`, { dimensions, data });
      }
      const flag = () => random.below(2) === 1;
      const options = { little: flag(), compressed: flag(), narrow: flag() };
      expect(parseMat(writeMat(arrays, options), 'file')).toEqual(arrays);
    });
  });

  test('VOC annotations', () => {
    const letters = 'ab<>&"\'é漢 _-.1';
    const word = (random: Random) =>
      `x${Array.from({ length: random.below(6) }, () => letters[random.below(letters.length)]).join('')}x`;
    forAll((random) => {
      const annotation: VocAnnotation = {
        file: `${word(random)}.jpg`,
        width: between(random, 1, 500),
        height: between(random, 1, 500),
        depth: between(random, 1, 3),
        objects: Array.from({ length: random.below(4) }, () => ({
          name: word(random),
          left: random.below(500),
          top: random.below(500),
          right: random.below(500),
          bottom: random.below(1000) / 2,
          difficult: random.below(2) === 1,
        })),
      };
      expect(parseVocXml(writeVocXml(annotation), 'file')).toEqual(annotation);
    });
  });
});
