import { describe, expect, test } from 'vitest';
import { significanceInWords } from '../../../core/cli/significance.ts';
import { bootstrapIntervals } from '../../../core/engine/statistics/bootstrap.ts';
import { compareGroups, type Sample } from '../../../core/engine/statistics/compare-groups.ts';
import { rankSumTest } from '../../../core/engine/statistics/rank-sum.ts';
import { pairedTest, welchTest } from '../../../core/engine/statistics/two-samples.ts';

const group = (label: string, values: readonly number[], seeds = values.map((_, i) => i + 1)): Sample => ({
  label,
  observations: values.map((value, i) => ({ seed: seeds[i] as number, value })),
  never: 0,
});

const sigmoid = group('sigmoid', [0.98, 0.982, 0.984]);
const relu = group('relu', [0.99, 0.991, 0.992]);

describe('comparing groups', () => {
  test('says of two groups how far apart they are, and how sure that is', () => {
    const [only, ...others] = compareGroups('test', [sigmoid, relu]);
    expect(others).toEqual([]);
    expect(only?.difference).toBeCloseTo(0.009, 12);
    expect(only?.welch).toEqual(welchTest([0.98, 0.982, 0.984], [0.99, 0.991, 0.992]));
    expect(only?.correctedP).toBe(only?.welch?.p);
    expect(only?.paired?.seeds).toBe(3);
    expect(only?.rankSum).toMatchObject({ u: 0, p: 0.1, smallestP: 0.1, exact: true });
  });

  test('pairs by seed, whatever the order of the runs, and only over the seeds that both have once', () => {
    const first = group('a', [0.1, 0.25, 0.3, 0.9, 0.8], [3, 2, 1, 7, 7]);
    const second = group('b', [0.5, 0.6, 0.8, 0.1], [1, 2, 3, 9]);
    const [only] = compareGroups('test', [first, second]);
    expect(only?.paired).toEqual({ ...pairedTest([0.1, 0.25, 0.3], [0.8, 0.6, 0.5]), seeds: 3 });
  });

  test('refuses to test under three seeds, and says so', () => {
    const [only] = compareGroups('test', [group('a', [0.1, 0.2]), relu]);
    expect(only).toMatchObject({
      tooFewSeeds: true,
      welch: null,
      correctedP: null,
      rankSum: null,
      effect: null,
    });
    expect(significanceInWords(only ? [{ ...only, bootstrap: null }] : [])[0]).toMatch(
      /n = 2 \+ 3: too few seeds/,
    );
  });

  test('counts different seeds, not runs, towards the three', () => {
    const rates = group('two rates, two seeds', [0.1, 0.2, 0.3, 0.4], [1, 2, 1, 2]);
    const [only] = compareGroups('test', [rates, relu]);
    expect(only).toMatchObject({ counts: [4, 3], tooFewSeeds: true, welch: null });
  });

  test('corrects for the number of pairs', () => {
    const all = compareGroups('test', [sigmoid, relu, group('tanh', [0.985, 0.983, 0.988])]);
    expect(all.map(({ first, second }) => `${first}-${second}`)).toEqual([
      'sigmoid-relu',
      'sigmoid-tanh',
      'relu-tanh',
    ]);
    const smallest = Math.min(...all.map(({ welch }) => welch?.p ?? 1));
    const corrected = all.find(({ welch }) => welch?.p === smallest)?.correctedP;
    expect(corrected).toBeCloseTo(3 * smallest, 15);
  });

  test('leaves out groups without the outcome', () => {
    expect(compareGroups('epochsToTarget', [group('a', []), relu])).toEqual([]);
  });

  test('tests nothing where a run never came to the target: the others are the quick ones', () => {
    const some = { ...group('relu', [3, 4, 5]), never: 2 };
    const [only] = compareGroups('epochsToTarget', [group('sigmoid', [8, 9, 10]), some]);
    const untested = { welch: null, correctedP: null, paired: null, rankSum: null, effect: null };
    expect(only).toMatchObject({ counts: [3, 3], never: [0, 2], tooFewSeeds: false, ...untested });
  });

  test('is said in words, from the better group', () => {
    const pairs = compareGroups('test', [relu, sigmoid]);
    const words = (bootstrap: [number, number] | null) =>
      significanceInWords(pairs.map((pair) => ({ ...pair, bootstrap })));
    expect(words(null)).toEqual([
      'test accuracy: relu is 0.90 points better than sigmoid (95% CI 0.48 to 1.32, Welch t, p = 0.0065, n = 3 + 3).',
    ]);
    expect(words([-0.0112, -0.0071])[0]).toContain('p = 0.0065, bootstrap 0.71 to 1.12, n = 3 + 3).');
  });
});

describe('tests without anything to judge by', () => {
  test('of values that never vary say nothing, also where rounding makes them differ', () => {
    expect(welchTest([0.1, 0.1, 0.1], [0.3, 0.3, 0.3])).toBeNull();
    expect(pairedTest([0.1, 0.2, 0.3], [0.2, 0.3, 0.4])).toBeNull();
    expect(rankSumTest([1, 1, 1], [1, 1, 1])?.p).toBe(1);
  });
});

describe('the bootstrap interval', () => {
  test('is where counting every draw of three values puts it', () => {
    const first = [0.1, 0.25, 0.3];
    const second = [0.5, 0.6, 0.85];
    const means = (values: readonly number[]) =>
      values.flatMap((a) => values.flatMap((b) => values.map((c) => (a + b + c) / 3)));
    const all = means(second)
      .flatMap((m) => means(first).map((n) => m - n))
      .sort((a, b) => a - b);
    const [low, high] = bootstrapIntervals([{ first, second }])[0] ?? [0, 0];
    const share = (test: (value: number) => boolean) => all.filter(test).length / all.length;
    const tiny = 1e-12;
    // A lump of equal values may straddle the 2.5% point; drawing 9,999 times adds about 0.2%.
    expect(share((value) => value < low - tiny)).toBeLessThan(0.03);
    expect(share((value) => value <= low + tiny)).toBeGreaterThan(0.02);
    expect(share((value) => value > high + tiny)).toBeLessThan(0.03);
    expect(share((value) => value >= high - tiny)).toBeGreaterThan(0.02);
  });

  test('stays what it is, whichever pairs are asked for along with it', () => {
    const pairs = [
      { first: [1, 2, 4], second: [3, 5, 6] },
      { first: [0.1, 0.7], second: [0.2, 0.4, 0.9, 1.3] },
      { first: [1], second: [2, 3] },
      { first: [9, 2, 5], second: [1, 1, 8] },
    ];
    const together = bootstrapIntervals(pairs);
    expect(together).toEqual([
      [0.33333333333333304, 4.333333333333333],
      [-0.2749999999999999, 0.9],
      null,
      [-6.666666666666667, 2.666666666666667],
    ]);
    expect(pairs.flatMap((pair) => bootstrapIntervals([pair]))).toEqual(together);
  });
});
