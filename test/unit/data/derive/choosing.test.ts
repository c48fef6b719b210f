import { describe, expect, test } from 'vitest';
import { RandomSequence } from '../../../../core/train/random.ts';
import { deriveSet, fixed, noiseSet, pixelsOf } from '../../../support/sample-sets.ts';

const shape = [1, 1, 1] as const;
const set = noiseSet({ train: 30, test: 12 }, shape);

/** Which samples of a split are there: their only byte is their number. */
const numbers = async (of: typeof set, split = 'train') => pixelsOf(fixed(of, split));

describe('some classes', () => {
  const kept = deriveSet(set, { type: 'classes', keep: ['c', 'a'] });

  test('are numbered in the order named, their samples in the order they had', async () => {
    expect(kept.classes).toEqual(['c', 'a']);
    expect(await numbers(kept)).toEqual([
      0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24, 26, 27, 29,
    ]);
    expect([...(fixed(kept).labels ?? [])].slice(0, 4)).toEqual([1, 0, 1, 0]);
    expect(fixed(kept, 'test').count).toBe(8);
  });

  test('may be named in one line, as a form does', () => {
    expect(deriveSet(set, { type: 'classes', keep: 'c, a' }).classes).toEqual(['c', 'a']);
  });

  test('may be digits, which YAML reads as numbers', () => {
    const digits = { ...set, classes: ['1', '7', '8'] };
    expect(deriveSet(digits, { type: 'classes', keep: [7, 1] }).classes).toEqual(['7', '1']);
    expect(deriveSet(digits, { type: 'classes', keep: 8 }).classes).toEqual(['8']);
    expect(() => deriveSet(digits, { type: 'classes', keep: true })).toThrow('Invalid input');
  });

  test.each([
    [['d'], 'there is no class "d"'],
    [['a', 'a'], 'names "a" twice'],
  ])('%j are refused, and the key is named', (keep, reason) => {
    expect(() => deriveSet(set, { type: 'classes', keep })).toThrow(
      expect.objectContaining({
        code: 'spec.invalid',
        subject: 'dataset.derive.0.keep',
        message: expect.stringContaining(reason),
      }),
    );
  });
});

describe('samples per class', () => {
  test('are as many of each class as asked for, none twice, in the order they had', async () => {
    const drawn = deriveSet(set, { type: 'samples', train: 4, test: 2 });
    const places = await numbers(drawn);
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    for (const label of [0, 1, 2]) expect(places.filter((place) => place % 3 === label)).toHaveLength(4);
    expect(fixed(drawn, 'test').count).toBe(6);
  });

  test('are the same for the same seed, and others for another', async () => {
    const drawn = (seed: number) => numbers(deriveSet(set, { type: 'samples', train: 4, seed }));
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  test('of 0 are all', async () => {
    expect(fixed(deriveSet(set, { type: 'samples', test: 1 })).count).toBe(30);
  });

  test('that are more than there are are refused with the class', () => {
    expect(() => deriveSet(set, { type: 'samples', train: 11 })).toThrow(/class a has 10 samples, not 11/);
  });
});

describe('a new split', () => {
  test('parts all samples, none lost and none in both, with the same share of every class', async () => {
    const random = new RandomSequence(5, 'probe');
    for (let round = 0; round < 100; round++) {
      const counts = { train: 20 + random.below(100), test: random.below(30) };
      const whole = noiseSet(counts, [1, 1, 2], 1 + random.below(4));
      const share = 0.1 + 0.8 * random.uniform();
      const { splits, classes } = deriveSet(whole, { type: 'split', test: share, seed: round });
      const [train, test] = [fixed({ classes, splits }), fixed({ classes, splits }, 'test')];
      expect(train.count + test.count).toBe(counts.train + counts.test);
      const pairsOf = (pixels: number[]) =>
        pixels.map((_, i) => pixels.slice(2 * i, 2 * i + 2).join()).filter(Boolean);
      const before = [
        ...pairsOf(await pixelsOf(fixed(whole))),
        ...pairsOf(await pixelsOf(fixed(whole, 'test'))),
      ];
      const after = [...pairsOf(await pixelsOf(train)), ...pairsOf(await pixelsOf(test))];
      expect(after.sort()).toEqual(before.sort());
      for (const label of classes.keys()) {
        const of = (labels: Int32Array | null) => labels?.filter((each) => each === label).length ?? 0;
        const all = of(train.labels) + of(test.labels);
        expect(Math.abs(of(test.labels) - share * all)).toBeLessThan(1.5);
      }
    }
  });

  test('is a pure function of the seed', async () => {
    const tested = (seed: number) => numbers(deriveSet(set, { type: 'split', test: 0.3, seed }), 'test');
    expect(await tested(3)).toEqual(await tested(3));
    expect(await tested(3)).not.toEqual(await tested(4));
  });

  test('takes a number of samples as well as a share, and a set that comes as one', () => {
    const { train } = set.splits;
    const one = { classes: set.classes, splits: { all: train as NonNullable<typeof train> } };
    const parted = deriveSet(one, { type: 'split', test: 6 });
    expect([Object.keys(parted.splits), fixed(parted, 'test').count]).toEqual([['train', 'test'], 6]);
    for (const test of [1, 2, 4, 29]) {
      expect(fixed(deriveSet(one, { type: 'split', test }), 'test').count).toBe(test);
    }
  });

  test('of a number of samples with a fraction is refused', () => {
    expect(() => deriveSet(set, { type: 'split', test: 1.5 })).toThrow(
      expect.objectContaining({
        subject: 'dataset.derive.0.test',
        message: expect.stringContaining('a share below 1 or a whole number of samples, not 1.5'),
      }),
    );
  });

  test.each([0, 1000])('that leaves a part empty (%d) is refused', (share) => {
    expect(() => deriveSet(set, { type: 'split', test: share })).toThrow(
      expect.objectContaining({ code: 'spec.invalid', subject: 'dataset.derive.0.test' }),
    );
  });
});

describe('without labels', () => {
  test('are the training images, where there are no unlabelled ones', async () => {
    const bare = deriveSet(set, { type: 'unlabelled' });
    expect([bare.classes, fixed(bare).labels, fixed(bare, 'test').labels]).toEqual([[], null, null]);
    expect(await numbers(bare)).toEqual(await numbers(set));
  });

  test('are a set’s own unlabelled images, where it has some', async () => {
    const { train, test } = set.splits as { train: ReturnType<typeof fixed>; test: ReturnType<typeof fixed> };
    const bare = deriveSet(
      { classes: set.classes, splits: { train, test, unlabelled: test } },
      { type: 'unlabelled' },
    );
    expect(await numbers(bare)).toEqual(await numbers(set, 'test'));
  });

  test('cannot be chosen by class afterwards, and the step that wants labels is named', () => {
    expect(() => deriveSet(set, { type: 'unlabelled' }, { type: 'pairs' })).toThrow(
      expect.objectContaining({ subject: 'dataset.derive.1', message: expect.stringMatching(/no labels/) }),
    );
  });
});
