import { describe, expect, test } from 'vitest';
import { asFloats, inMemory } from '../../../../core/data/derive/samples.ts';
import { fitZca } from '../../../../core/data/derive/zca.ts';
import { RandomSequence } from '../../../../core/train/random.ts';
import { deriveSet, fixed, noiseSet, pixelsOf } from '../../../support/sample-sets.ts';

/** [D, D] in float64, of samples [N, D]. */
function covarianceOf(values: readonly number[], size: number): number[] {
  const count = values.length / size;
  const mean = Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += values[n * size + i] as number;
    return sum / count;
  });
  return Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let n = 0; n < count; n++) {
      sum +=
        ((values[n * size + i] as number) - (mean[i] as number)) *
        ((values[n * size + j] as number) - (mean[j] as number));
    }
    return sum / count;
  });
}

/** Of two [D, D] matrices. */
function product(a: readonly number[], b: readonly number[]): number[] {
  const size = Math.sqrt(a.length);
  return a.map((_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (a[row * size + k] as number) * (b[k * size + column] as number);
    return sum;
  });
}

describe('ZCA whitening', () => {
  // Neighbouring pixels alike, as in photographs.
  const set = deriveSet(noiseSet({ train: 500, test: 100 }, [2, 2, 2]), {
    type: 'resize',
    height: 3,
    width: 3,
    method: 'bilinear',
  });
  const size = 18;

  test('without epsilon makes the covariance of the training samples the identity', async () => {
    // 8 independent numbers spread over 18 pixels: only as many directions have a variance.
    const small = noiseSet({ train: 500, test: 100 }, [2, 2, 2]);
    const white = await pixelsOf(fixed(deriveSet(small, { type: 'zca', epsilon: 0, samples: 0 })));
    const covariance = covarianceOf(white, 8);
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) expect(covariance[i * 8 + j]).toBeCloseTo(i === j ? 1 : 0, 4);
    }
  });

  test('is the symmetric positive root of the inverse: W (C + epsilon I) W is the identity', async () => {
    const epsilon = 0.02;
    const samples = asFloats(fixed(set));
    const { matrix } = await fitZca(samples, { epsilon, most: 500 });
    const regular = covarianceOf(await pixelsOf(samples), size);
    for (let i = 0; i < size; i++) regular[i * size + i] = (regular[i * size + i] as number) + epsilon;
    const whole = product(product([...matrix], regular), [...matrix]);
    for (let i = 0; i < size; i++) {
      expect(matrix[i * size + i]).toBeGreaterThan(0);
      for (let j = 0; j < size; j++) {
        expect(matrix[i * size + j]).toBe(matrix[j * size + i]);
        expect(whole[i * size + j]).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
  });

  test('of two pixels of equal variance is what it is by hand', async () => {
    // C = [[5, 3], [3, 5]] has variances 8 and 2 along (1, 1) and (1, -1), so W = [[a + b, a - b], [a - b, a + b]] with
    // a = 1 / (2 sqrt 8) and b = 1 / (2 sqrt 2).
    const values = [
      [2, 2],
      [-2, -2],
      [1, -1],
      [-1, 1],
    ].flatMap(([along = 0, across = 0]) => [along * Math.SQRT2 + 7, across * Math.SQRT2 + 9]);
    const pixels = Float32Array.from(values);
    const samples = inMemory({ images: pixels, labels: new Int32Array(4), shape: [1, 1, 2], classes: 1 });
    const { mean, matrix } = await fitZca(samples, { epsilon: 0, most: 4 });
    expect([...mean]).toEqual([expect.closeTo(7, 6), expect.closeTo(9, 6)]);
    const [a, b] = [1 / (2 * Math.sqrt(8)), 1 / (2 * Math.SQRT2)];
    expect([...matrix]).toEqual([a + b, a - b, a - b, a + b].map((value) => expect.closeTo(value, 6)));
  });

  test('is fitted on the training samples alone', async () => {
    const other = {
      ...set,
      splits: { ...set.splits, test: fixed(noiseSet({ train: 7, test: 7 }, [2, 3, 3])) },
    };
    const step = { type: 'zca', epsilon: 0.1 };
    expect(await pixelsOf(fixed(deriveSet(other, step)))).toEqual(
      await pixelsOf(fixed(deriveSet(set, step))),
    );
  });

  test('looks at as many samples as it is told, spread over the set', async () => {
    const random = new RandomSequence(3, 'probe');
    const images = Uint8Array.from({ length: 200 }, (_, i) => (i < 100 ? random.below(10) : 255));
    const samples = inMemory({ images, labels: new Int32Array(100), shape: [1, 1, 2], classes: 1 });
    const { mean } = await fitZca(samples, { epsilon: 0.1, most: 10 });
    // Half of those looked at are of the white half.
    expect(mean[0]).toBeGreaterThan(120);
  });

  test('refuses images whose covariance would be too large', () => {
    const large = noiseSet({ train: 1, test: 1 }, [3, 64, 64]);
    expect(() => deriveSet(large, { type: 'zca' })).toThrow(/3 x 64 x 64 are 12288 numbers, more than/);
  });
});
