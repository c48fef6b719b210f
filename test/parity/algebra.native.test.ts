import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import type { Workers } from '../../core/backends/native/addon.ts';
import { addProduct, decomposeSymmetric } from '../../core/backends/native/algebra.ts';
import { simdPaths } from '../../core/backends/native/index.ts';
import { RandomSequence } from '../../core/train/random.ts';

function drawn(count: number, substream: number): Float64Array {
  const random = new RandomSequence(7, 'probe', substream);
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Each path with one thread, and the first with several. */
const workers: Workers[] = [
  ...simdPaths().map((path) => ({ threads: 1, path })),
  ...[2, 3, 7].map((threads) => ({ threads, path: simdPaths()[0] as string })),
];

/** C = X X' of a matrix of that rank, so that eigenvalues span what there is of magnitudes. */
function scatter(size: number, rank: number): Float64Array {
  const values = drawn(size * rank, 0).map((value, i) => value / (1 + (i % rank) ** 2));
  const x = new Matrix(
    Array.from({ length: size }, (_, row) => values.subarray(row * rank, (row + 1) * rank)),
  );
  return Float64Array.from(x.mmul(x.transpose()).to1DArray());
}

describe('a matrix product in double precision', () => {
  const shapes = [
    { rows: 1, columns: 1, depth: 1 },
    { rows: 5, columns: 53, depth: 7 },
    { rows: 50, columns: 50, depth: 300 },
    { rows: 97, columns: 49, depth: 513 },
  ];
  for (const { rows, columns, depth } of shapes) {
    it(`of ${depth} rows adds ${rows} x ${columns} sums in order, to the last bit, whoever does it`, () => {
      const [a, b, before] = [drawn(depth * rows, 1), drawn(depth * columns, 2), drawn(rows * columns, 3)];
      const wanted = before.map((sum, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let total = sum;
        for (let k = 0; k < depth; k++) {
          total += (a[k * rows + row] as number) * (b[k * columns + column] as number);
        }
        return total;
      });
      for (const each of workers) {
        const c = before.slice();
        addProduct({ rows, columns, depth, upper: false }, a, b, c, each);
        expect(c).toEqual(wanted);
      }
    });
  }

  it('on and above the diagonal alone leaves nothing out there', () => {
    const [size, depth] = [131, 20];
    const a = drawn(size * depth, 1);
    const [whole, upper] = [new Float64Array(size * size), new Float64Array(size * size)];
    addProduct({ rows: size, columns: size, depth, upper: false }, a, a, whole);
    addProduct({ rows: size, columns: size, depth, upper: true }, a, a, upper);
    for (let row = 0; row < size; row++) {
      const kept = [row * size + row, (row + 1) * size] as const;
      expect(upper.slice(...kept)).toEqual(whole.slice(...kept));
    }
  });

  it('refuses matrices that are not of these sizes', () => {
    const [six, four] = [new Float64Array(6), new Float64Array(4)];
    const shape = { rows: 2, columns: 2, depth: 3, upper: false };
    expect(() => addProduct(shape, six, four, four)).toThrow('There must be 6 elements, not 4');
  });
});

describe('eigenvalues and eigenvectors of a symmetric matrix', () => {
  const matrices: [string, number, Float64Array][] = [
    ['of one element', 1, Float64Array.of(-3)],
    ['of zeros', 4, new Float64Array(16)],
    ['that is diagonal, twice the same value', 3, Float64Array.of(2, 0, 0, 0, -1, 0, 0, 0, 2)],
    ['of full rank', 75, scatter(75, 75)],
    ['of rank 9, whose eigenvalues are mostly 0', 64, scatter(64, 9)],
  ];
  for (const [name, size, matrix] of matrices) {
    it(`${name}: C = U' diag(v) U with U U' the identity, and the values of another solver`, () => {
      const { values, vectors } = decomposeSymmetric(matrix.slice(), size);
      const u = new Matrix(
        Array.from({ length: size }, (_, i) => vectors.subarray(i * size, (i + 1) * size)),
      );
      const largest = Math.max(1, ...values.map(Math.abs));
      const c = u
        .transpose()
        .mmul(Matrix.diag([...values]))
        .mmul(u)
        .to1DArray();
      for (const [i, value] of matrix.entries())
        expect(Math.abs((c[i] as number) - value)).toBeLessThan(1e-13 * largest);
      const identity = u.mmul(u.transpose()).sub(Matrix.eye(size));
      expect(Math.max(identity.max(), -identity.min())).toBeLessThan(1e-13);
      const rows = Array.from({ length: size }, (_, i) => matrix.subarray(i * size, (i + 1) * size));
      const other = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true }).realEigenvalues;
      const sorted = values.toSorted();
      for (const [i, value] of other.toSorted((a, b) => a - b).entries()) {
        expect(Math.abs((sorted[i] as number) - value)).toBeLessThan(1e-13 * largest);
      }
    });
  }

  it('are the same to the last bit, whoever finds them', () => {
    const [size, matrix] = [75, scatter(75, 75)];
    const [first, ...rest] = workers.map((each) =>
      decomposeSymmetric(matrix.slice(), size, { workers: each }),
    );
    for (const other of rest) expect(other).toEqual(first);
  });

  it('tells how far it is, from the beginning to the end', () => {
    const shares: number[] = [];
    decomposeSymmetric(scatter(75, 75), 75, { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(100);
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares.at(-1)).toBeGreaterThan(0.99);
  });
});
