import { describe, expect, test } from 'vitest';
import { inMemory, type SampleSet, upTo } from '../../../../core/data/derive/samples.ts';
import { RandomSequence } from '../../../../core/train/random.ts';
import { deriveSet, fixed, noiseSet, pixelsOf } from '../../../support/sample-sets.ts';

const colour = noiseSet({ train: 12, test: 6 }, [3, 5, 4]);

/** A set whose training split is these images; the test split is the same. */
function setOf(images: Uint8Array, shape: readonly [number, number, number]): SampleSet {
  const count = images.length / (shape[0] * shape[1] * shape[2]);
  const samples = inMemory({ images, labels: new Int32Array(count), shape, classes: 1 });
  return { classes: ['a'], splits: { train: samples, test: samples } };
}

describe('resized images', () => {
  test('keep channels and labels, and the mean of every channel by area', async () => {
    const resized = deriveSet(colour, { type: 'resize', height: 3, width: 7 });
    expect(fixed(resized).shape).toEqual([3, 3, 7]);
    expect(fixed(resized).labels).toEqual(fixed(colour).labels);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [before, after] = [await pixelsOf(fixed(colour)), await pixelsOf(fixed(resized))];
    for (let plane = 0; plane < 36; plane++) {
      // Every byte is rounded: half a unit at most, and much less over 21 of them.
      const wanted = mean(before.slice(plane * 20, plane * 20 + 20));
      expect(Math.abs(mean(after.slice(plane * 21, plane * 21 + 21)) - wanted)).toBeLessThan(0.5);
    }
  });

  test('are read one by one as all together, in any order', async () => {
    const resized = fixed(deriveSet(colour, { type: 'resize', height: 3, width: 2, method: 'bilinear' }));
    const all = await pixelsOf(resized);
    const some = await pixelsOf(resized, Uint32Array.of(7, 2, 7));
    expect(some).toEqual([7, 2, 7].flatMap((index) => all.slice(index * 18, index * 18 + 18)));
  });

  test('of other proportions are cut where the middle is to be kept', async () => {
    const wide = setOf(Uint8Array.of(1, 2, 3, 4), [1, 1, 4]);
    const step = { type: 'resize', height: 1, width: 2 };
    expect(
      await pixelsOf(fixed(deriveSet(wide, { ...step, keep: 'centre', method: 'bilinear' })), upTo(1)),
    ).toEqual([2, 3]);
    expect(await pixelsOf(fixed(deriveSet(wide, step)), upTo(1))).toEqual([2, 4]);
  });
});

describe('grey images', () => {
  test('are the brightness of red, green and blue', async () => {
    const image = Uint8Array.of(255, 0, 0, 255, 100, 0, 255, 0, 255, 100, 0, 0, 255, 255, 100);
    const grey = fixed(deriveSet(setOf(image, [3, 1, 5]), { type: 'grey' }));
    expect([grey.shape, await pixelsOf(grey)]).toEqual([
      [1, 1, 5],
      [76, 150, 29 + 0, 255, 100],
    ]);
  });

  test('stay as they are', () => {
    const grey = noiseSet({ train: 2, test: 2 }, [1, 2, 2]);
    expect(fixed(deriveSet(grey, { type: 'grey' }))).toBe(fixed(grey));
  });

  test('cannot be made of two channels', () => {
    const pairs = noiseSet({ train: 2, test: 2 }, [2, 2, 2]);
    expect(() => deriveSet(pairs, { type: 'grey' })).toThrow(/2 channels, not red, green and blue/);
  });
});

describe('normalized contrast', () => {
  test('gives every image mean 0 and variance 1 but for epsilon', async () => {
    const size = 60;
    for (const epsilon of [0, 0.01]) {
      const values = await pixelsOf(fixed(deriveSet(colour, { type: 'normalize-contrast', epsilon })));
      const before = (await pixelsOf(fixed(colour))).map((byte) => byte / 255);
      for (let n = 0; n < 12; n++) {
        const moments = (all: number[]) => {
          const image = all.slice(n * size, (n + 1) * size);
          const mean = image.reduce((sum, value) => sum + value, 0) / size;
          return { mean, variance: image.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size };
        };
        const { variance } = moments(before);
        expect(moments(values).mean).toBeCloseTo(0, 6);
        expect(moments(values).variance).toBeCloseTo(variance / (variance + epsilon), 5);
      }
    }
  });

  test('leaves a flat image at 0', async () => {
    const flat = setOf(new Uint8Array(8).fill(77), [1, 2, 4]);
    expect(await pixelsOf(fixed(deriveSet(flat, { type: 'normalize-contrast', epsilon: 0 })))).toEqual(
      new Array(8).fill(0),
    );
  });
});

describe('patches', () => {
  const step = { type: 'patches', size: 3, train: 200, test: 10, seed: 4 };

  test('are squares that occur in the images, without labels, as many as asked for', async () => {
    const patches = deriveSet(colour, step);
    expect(patches.classes).toEqual([]);
    expect(fixed(patches)).toMatchObject({ count: 200, shape: [3, 3, 3], labels: null, floats: false });
    expect(fixed(patches, 'test').count).toBe(10);
    const images = await pixelsOf(fixed(colour));
    const known = new Set<string>();
    for (let n = 0; n < 12; n++) {
      for (const [top, left] of [0, 1, 2].flatMap((y) => [0, 1].map((x) => [y, x] as const))) {
        const rows = [0, 1, 2].flatMap((c) => [0, 1, 2].map((y) => ((n * 3 + c) * 5 + top + y) * 4 + left));
        known.add(rows.flatMap((from) => images.slice(from, from + 3)).join());
      }
    }
    const cut = await pixelsOf(fixed(patches));
    const found = new Set(Array.from({ length: 200 }, (_, i) => cut.slice(i * 27, i * 27 + 27).join()));
    expect([...found].filter((patch) => !known.has(patch))).toEqual([]);
    // All 72 places are drawn sooner or later.
    expect(found.size).toBeGreaterThan(60);
  });

  test('are a pure function of the seed', async () => {
    const cut = (seed: number) => pixelsOf(fixed(deriveSet(colour, { ...step, seed })));
    expect(await cut(4)).toEqual(await cut(4));
    expect(await cut(4)).not.toEqual(await cut(5));
  });

  test('larger than the images are refused', () => {
    expect(() => deriveSet(colour, { ...step, size: 5 })).toThrow(/5 x 5 does not fit into images of 5 x 4/);
  });
});

describe('pairs', () => {
  const set = noiseSet({ train: 60, test: 30 }, [1, 1, 2]);
  const paired = deriveSet(set, { type: 'pairs', train: 300, test: 50, seed: 2 });

  test('are half of the same class and half of different ones, two different images each', async () => {
    expect(paired.classes).toEqual(['different', 'same']);
    const samples = fixed(paired);
    expect(samples).toMatchObject({ count: 300, shape: [2, 1, 2] });
    const pixels = await pixelsOf(samples);
    // The first byte of an image is its number, whose rest by 3 is its class.
    for (let i = 0; i < 300; i++) {
      const [first = 0, , second = 0] = pixels.slice(4 * i, 4 * i + 4);
      expect(first).not.toBe(second);
      expect(samples.labels?.[i]).toBe(first % 3 === second % 3 ? 1 : 0);
    }
    expect(samples.labels?.filter((label) => label === 1)).toHaveLength(150);
  });

  test('are a pure function of the seed', async () => {
    const drawn = (seed: number) => pixelsOf(fixed(deriveSet(set, { type: 'pairs', train: 20, seed })));
    expect(await drawn(2)).toEqual(await drawn(2));
    expect(await drawn(2)).not.toEqual(await drawn(3));
  });

  test('need two classes', () => {
    const one = deriveSet(set, { type: 'classes', keep: ['b'] });
    expect(() => deriveSet(one, { type: 'pairs' })).toThrow(/needs samples of two classes/);
  });
});

describe('any order of steps', () => {
  test('gives samples that are read alike in one go and one by one', async () => {
    const steps = [
      { type: 'classes', keep: ['a', 'c'] },
      { type: 'samples', train: 3, test: 2 },
      { type: 'split', test: 0.4 },
      { type: 'resize', height: 4, width: 6 },
      { type: 'grey' },
      { type: 'normalize-contrast' },
      { type: 'zca' },
      { type: 'patches', size: 2, train: 9, test: 5 },
      { type: 'pairs', train: 8, test: 6 },
      { type: 'unlabelled' },
    ];
    const random = new RandomSequence(8, 'probe');
    let taken = 0;
    for (let round = 0; round < 60; round++) {
      const chosen = random.shuffle(upTo(steps.length)).subarray(0, 3);
      let derived: SampleSet;
      try {
        derived = deriveSet(
          noiseSet({ train: 40, test: 20 }, [3, 5, 5]),
          ...Array.from(chosen, (i) => steps[i] as { type: string }),
        );
      } catch {
        // A step that wants labels after one that drops them, grey of pairs: refused, as tested above.
        continue;
      }
      taken++;
      for (const split of ['train', 'test']) {
        const samples = fixed(derived, split);
        const all = await pixelsOf(samples);
        expect(all.every(Number.isFinite)).toBe(true);
        const each: number[] = [];
        for (const index of upTo(samples.count))
          each.push(...(await pixelsOf(samples, Uint32Array.of(index))));
        expect(each).toEqual(all);
      }
    }
    expect(taken).toBeGreaterThan(25);
  });
});
