import { describe, expect, test } from 'vitest';
import type { ObjectBox } from '../../../../core/data/dataset.ts';
import { type FixedSamples, inMemory, type SampleSet, upTo } from '../../../../core/data/derive/samples.ts';
import { RandomSequence } from '../../../../core/train/random.ts';
import { deriveSet, fixed, pixelsOf } from '../../../support/sample-sets.ts';

const classes = ['cat', 'dog', 'cow'];
type Corners = readonly [left: number, top: number, right: number, bottom: number];

const box = (label: number, [left, top, right, bottom]: Corners): ObjectBox => {
  return { label, left, top, right, bottom, difficult: false };
};
const cornersOf = ({ left, top, right, bottom }: ObjectBox): Corners => [left, top, right, bottom];

/** Black images of 12 x 18 with a white rectangle in each, and the box around it; labels go round. */
function boxed(corners: readonly Corners[], objects = corners.map((c, i) => [box(i % 3, c)])): SampleSet {
  const [height, width] = [12, 18];
  const images = new Uint8Array(corners.length * height * width);
  for (const [i, [left, top, right, bottom]] of corners.entries()) {
    for (let y = top; y <= bottom; y++) {
      images.fill(255, (i * height + y) * width + left, (i * height + y) * width + right + 1);
    }
  }
  const labels = new Int32Array(corners.length).fill(-1);
  const plain = inMemory({ images, labels, shape: [1, height, width], classes: 3 });
  const samples: FixedSamples = { ...plain, objects: async (index) => objects[index] ?? [] };
  return { classes, splits: { train: samples, test: samples } };
}

const boxesOf = async (set: SampleSet, split = 'train') => {
  const samples = fixed(set, split);
  return Promise.all(Array.from(upTo(samples.count), async (i) => (await samples.objects?.(i)) ?? null));
};

/** The smallest box around what is brighter than grey. */
function inkOf(pixels: readonly number[], width: number): Corners | null {
  const places = [...pixels.keys()].filter((at) => (pixels[at] as number) > 127);
  if (places.length === 0) return null;
  const columns = places.map((at) => at % width);
  const rows = places.map((at) => Math.floor(at / width));
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
}

describe('boxes', () => {
  test.each(['all', 'centre'])('lie around the same pixels after a resize that keeps %s', async (keep) => {
    const random = new RandomSequence(6, 'probe');
    let seen = 0;
    for (let round = 0; round < 200; round++) {
      const [left, top] = [random.below(14), random.below(8)];
      const corners = [left, top, left + 2 + random.below(16 - left), top + 2 + random.below(10 - top)];
      const [height, width] = [6 + random.below(40), 6 + random.below(40)];
      const step = { type: 'resize', height, width, keep };
      const resized = deriveSet(boxed([corners as unknown as Corners]), step);
      const ink = inkOf(await pixelsOf(fixed(resized)), width);
      const [found] = (await boxesOf(resized))[0] ?? [];
      if (ink === null || found === undefined) continue;
      seen++;
      // The edges of the two are rounded to pixels each in its own way.
      for (const [i, place] of cornersOf(found).entries()) {
        expect(Math.abs(place - (ink[i] as number)), `${round}: ${step.height} x ${width}`).toBeLessThan(
          1.001,
        );
      }
    }
    expect(seen).toBeGreaterThan(150);
  });

  test('are exact where every pixel becomes four, and the same where the size stays', async () => {
    const set = boxed([[3, 2, 7, 9]]);
    const [twice] = await boxesOf(deriveSet(set, { type: 'resize', height: 24, width: 36 }));
    expect(twice).toEqual([box(0, [6, 4, 15, 19])]);
    const [same] = await boxesOf(deriveSet(set, { type: 'resize', height: 12, width: 18 }));
    expect(same).toEqual([box(0, [3, 2, 7, 9])]);
  });

  test('are cut at the edges of the middle that is kept; what lies outside is gone', async () => {
    // Of 18 columns, the twelve in the middle are kept: 3 to 14.
    const corners: Corners[] = [
      [0, 0, 2, 11],
      [1, 0, 6, 5],
      [10, 3, 17, 11],
    ];
    const resized = deriveSet(boxed(corners), { type: 'resize', height: 12, width: 12, keep: 'centre' });
    expect((await boxesOf(resized)).map((of) => of?.map(cornersOf))).toEqual([
      [],
      [[0, 0, 3, 5]],
      [[7, 3, 11, 11]],
    ]);
  });

  test('never become smaller than a pixel', async () => {
    const [only] = await boxesOf(deriveSet(boxed([[5, 5, 5, 5]]), { type: 'resize', height: 2, width: 2 }));
    expect(only).toEqual([box(0, [0, 0, 0, 0])]);
  });

  test('go with their images through a new split, grey and contrast', async () => {
    const corners = Array.from({ length: 9 }, (_, i) => [i, 1, i + 3, 8] as const);
    const { train } = boxed(corners).splits;
    const one: SampleSet = { classes, splits: { train: train as FixedSamples, test: train as FixedSamples } };
    const parted = deriveSet(
      one,
      { type: 'split', test: 0.5 },
      { type: 'grey' },
      { type: 'normalize-contrast' },
    );
    let seen = 0;
    for (const split of ['train', 'test']) {
      const samples = fixed(parted, split);
      for (const [index, of] of (await boxesOf(parted, split)).entries()) {
        const pixels = await pixelsOf(samples, Uint32Array.of(index));
        const bright = pixels.map((value) => (value > 0 ? 255 : 0));
        expect(of?.map(cornersOf)).toEqual([inkOf(bright, 18)]);
        seen++;
      }
    }
    expect(seen).toBe(18);
  });

  test('of classes that are left out are gone, and the others are numbered anew', async () => {
    const on = [box(0, [1, 1, 4, 4]), box(2, [5, 5, 9, 9]), box(1, [0, 0, 2, 2])];
    const kept = deriveSet(boxed([[1, 1, 4, 4]], [on]), { type: 'classes', keep: ['cow', 'cat'] });
    expect(await boxesOf(kept)).toEqual([[box(1, [1, 1, 4, 4]), box(0, [5, 5, 9, 9])]]);
  });

  test('cannot follow what is drawn to another width', () => {
    expect(() => deriveSet(boxed([[1, 1, 4, 4]]), { type: 'width', pixels: 10 })).toThrow(
      expect.objectContaining({ code: 'spec.invalid', message: expect.stringMatching(/boxes/) }),
    );
  });
});
