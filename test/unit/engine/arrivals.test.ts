import { describe, expect, test } from 'vitest';
import { type ArrivingGroup, describeArrivals, paceRatio } from '../../../core/engine/arrivals.ts';

/** Epochs per seed 1, 2, ...; negative for a run that trained so long and never came there. A second takes half an epoch. */
const group = (label: string, epochs: readonly number[]): ArrivingGroup => ({
  label,
  arrivals: epochs.map((value, i) => ({
    run: `${label}${i}`,
    seed: i + 1,
    reached: value > 0,
    epochs: Math.abs(value),
    seconds: 2 * Math.abs(value),
  })),
});
const relu = group('relu', [1, 2, 4]);
const sigmoid = group('sigmoid', [4, 8, 16]);

describe('time to a target', () => {
  test('is compared as a ratio of geometric means, the slower group by the faster, whatever their order', () => {
    for (const ratio of [paceRatio(relu, sigmoid, 'epochs'), paceRatio(sigmoid, relu, 'epochs')]) {
      expect(ratio).toMatchObject({ first: 'relu', second: 'sigmoid', kind: 'exact', counts: [3, 3] });
      expect(ratio.ratio).toBeCloseTo(4, 12);
      expect(ratio.range).toEqual([1, 16]);
    }
  });

  test('has an interval by Welch on logarithms, as R has it', () => {
    // exp(t.test(log(c(4, 8, 16)), log(c(1, 2, 4)))$conf.int): 0.8310700926 19.2522870714
    const { interval } = paceRatio(relu, sigmoid, 'seconds');
    expect(interval?.[0]).toBeCloseTo(0.8310700926, 9);
    expect(interval?.[1]).toBeCloseTo(19.2522870714, 9);
  });

  test('gives no interval under three seeds', () => {
    expect(paceRatio(group('a', [1, 2]), sigmoid, 'epochs')).toMatchObject({ kind: 'exact', interval: null });
  });

  test('is a lower bound where a run of the slower group never came there, and drops none', () => {
    const some = group('sigmoid', [4, 8, -16]);
    const ratio = paceRatio(relu, some, 'epochs');
    expect(ratio).toMatchObject({ kind: 'least', first: 'relu', interval: null, counts: [3, 3] });
    expect(ratio.ratio).toBeCloseTo(4, 12);
    const [, described] = describeArrivals([relu, some]).groups;
    expect(described?.arrivals.map(({ reached }) => reached)).toEqual([true, true, false]);
    expect(described?.epochs).toMatchObject({ mean: 6, count: 2 });
  });

  test('is not known where both groups have runs that never came, or where those that missed were given less time', () => {
    expect(paceRatio(group('a', [1, -2, 3]), group('b', [4, -8, 16]), 'epochs').kind).toBe('unknown');
    expect(paceRatio(relu, group('b', [-1, -1, -1]), 'epochs').kind).toBe('unknown');
  });
});
