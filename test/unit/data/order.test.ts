import { describe, expect, test } from 'vitest';
import { epochOrder } from '../../../core/data/order.ts';
import { splitValidation } from '../../../core/data/split.ts';

const sorted = (...parts: Uint32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the validation split', () => {
  test('cuts the training set in two, nothing lost and nothing twice, each part in order', () => {
    const { train, validation } = splitValidation(1000, 100, 1);
    expect(validation).toHaveLength(100);
    expect(sorted(train, validation)).toEqual(upTo(1000));
    expect([...validation]).toEqual(sorted(validation));
    expect([...train]).toEqual(sorted(train));
  });

  test('is the same for the same seed, and another for another', () => {
    expect(splitValidation(1000, 100, 1)).toEqual(splitValidation(1000, 100, 1));
    expect(splitValidation(1000, 100, 1)).not.toEqual(splitValidation(1000, 100, 2));
  });

  test('takes a share as well as a number', () => {
    expect(splitValidation(1000, 0.1, 1)).toEqual(splitValidation(1000, 100, 1));
  });

  test('of 0 holds nothing out', () => {
    const { train, validation } = splitValidation(10, 0, 1);
    expect([...train]).toEqual(upTo(10));
    expect(validation).toHaveLength(0);
  });

  test('is never to change, for every stored run depends on it', () => {
    expect([...splitValidation(20, 5, 7).validation]).toEqual([3, 4, 6, 8, 12]);
  });

  test.each([10, 11, -1, 1.5, 0.99, Number.NaN])('of %d of 10 samples is refused', (validation) => {
    expect(() => splitValidation(10, validation, 1)).toThrow(
      expect.objectContaining({ code: 'spec.invalid', subject: 'dataset.validation' }),
    );
  });
});

describe('the order of an epoch', () => {
  const indices = Uint32Array.of(3, 5, 7, 11, 13, 17, 19, 23, 29, 31);

  test('visits every sample once and leaves its argument alone', () => {
    const order = epochOrder(indices, 1, 0);
    expect(sorted(order)).toEqual([...indices]);
    expect([...order]).not.toEqual([...indices]);
    expect(indices[0]).toBe(3);
  });

  test('is a pure function of seed and epoch', () => {
    expect(epochOrder(indices, 1, 4)).toEqual(epochOrder(indices, 1, 4));
    expect(epochOrder(indices, 1, 4)).not.toEqual(epochOrder(indices, 1, 5));
    expect(epochOrder(indices, 1, 4)).not.toEqual(epochOrder(indices, 2, 4));
  });

  test('is never to change, for every stored run depends on it', () => {
    expect([...epochOrder(indices, 7, 3)]).toEqual([3, 19, 13, 29, 17, 23, 11, 7, 31, 5]);
  });

  test('puts every sample first about equally often', () => {
    const small = Uint32Array.of(0, 1, 2, 3);
    const first = [0, 0, 0, 0];
    for (let epoch = 0; epoch < 4000; epoch++) {
      const sample = epochOrder(small, 1, epoch)[0] as number;
      first[sample] = (first[sample] ?? 0) + 1;
    }
    // Five standard deviations of a binomial of 4000 draws at 1/4: a fixed seed, so no luck is involved.
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });
});
