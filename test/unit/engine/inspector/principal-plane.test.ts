import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { principalPlane } from '../../../../core/engine/inspector/principal-plane.ts';
import { RandomSequence } from '../../../../core/train/random.ts';

/** Points stretched along a few mixed directions, off the origin. */
function cloud(count: number, dimensions: number): Float32Array {
  const random = new RandomSequence(5, 'probe');
  const mixing = Matrix.from1DArray(
    dimensions,
    dimensions,
    Array.from({ length: dimensions ** 2 }, () => random.uniform() - 0.5),
  );
  const values = new Float32Array(count * dimensions);
  for (let n = 0; n < count; n++) {
    const point = Array.from({ length: dimensions }, (_, d) => (random.uniform() - 0.5) / (1 + d));
    const mixed = mixing.mmul(Matrix.columnVector(point)).to1DArray();
    values.set(
      mixed.map((value) => value + 3),
      n * dimensions,
    );
  }
  return values;
}

/** By the covariance's own eigenvectors. */
function byCovariance(values: Float32Array, dimensions: number) {
  const points = Matrix.from1DArray(values.length / dimensions, dimensions, [...values]).center('column');
  const decomposed = new EigenvalueDecomposition(points.transpose().mmul(points), { assumeSymmetric: true });
  const order = [...decomposed.realEigenvalues.keys()].reverse().slice(0, 2);
  const total = decomposed.realEigenvalues.reduce((a, b) => a + b);
  return {
    points: points.mmul(decomposed.eigenvectorMatrix.subMatrixColumn(order)),
    explained: order.map((i) => (decomposed.realEigenvalues[i] as number) / total),
  };
}

describe('the plane of largest variance', () => {
  test.each([
    [200, 3],
    [300, 40],
    [20, 84],
  ])(
    'of %d points in %d dimensions is that of the covariance’s two largest eigenvectors',
    (count, dimensions) => {
      const values = cloud(count, dimensions);
      const expected = byCovariance(values, dimensions);
      const { points, explained } = principalPlane(values, dimensions);
      for (const k of [0, 1]) {
        expect(explained[k]).toBeCloseTo(expected.explained[k] as number, 6);
        const column = expected.points.getColumn(k);
        const found = column.map((_, n) => points[2 * n + k] as number);
        // A direction may be told either way round.
        const sign = Math.sign(found.reduce((sum, value, n) => sum + value * (column[n] as number), 0));
        const reach = Math.max(...column.map(Math.abs));
        for (const [n, value] of found.entries())
          expect(Math.abs(sign * value - (column[n] as number))).toBeLessThan(2e-3 * reach);
      }
    },
  );

  test('of points on a line, in one dimension, and of one point are what they are', () => {
    expect([...principalPlane(Float32Array.of(1, 2, 3), 1).points]).toEqual([-1, 0, 0, 0, 1, 0]);
    const alike = principalPlane(Float32Array.of(4, 4, 4, 4), 2);
    expect([...alike.points].map(Math.abs)).toEqual([0, 0, 0, 0]);
    expect(alike.explained).toEqual([0, 0]);
  });
});
