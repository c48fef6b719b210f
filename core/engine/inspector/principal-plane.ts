import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import { RandomSequence } from '../../train/random.ts';

/** Directions that are followed beside the two, so that these are found in few rounds. */
const spare = 4;
const mostRounds = 30;
/** Rounds end when the two variances change by less than this part of themselves. */
const enough = 1e-7;

export interface PrincipalPlane {
  /** [count, 2] */
  readonly points: Float32Array;
  /** Share of the whole variance in each direction. */
  readonly explained: [number, number];
}

/**
 * Principal component analysis to two dimensions, by subspace iteration with Rayleigh-Ritz: the covariance itself, which
 * has the square of the dimensions, is never made. A direction's sign is such that its largest part is positive.
 * @param values [count, dimensions]
 */
export function principalPlane(values: Float32Array, dimensions: number): PrincipalPlane {
  const count = values.length / dimensions;
  const centred = new Float32Array(values);
  centre(centred, dimensions);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const wanted = Math.min(2 + spare, dimensions);
  let basis = orthonormal(drawn(dimensions, wanted));
  let before = [0, 0];
  for (let round = 0; round < mostRounds; round++) {
    // X'X V, and V'X'X V within the basis: its eigenvectors turn the basis towards the main directions.
    const product = timesScatter(centred, basis);
    const ritz = new EigenvalueDecomposition(basis.transpose().mmul(product), { assumeSymmetric: true });
    const order = [...ritz.realEigenvalues.keys()].reverse();
    const turned = ritz.eigenvectorMatrix.subMatrixColumn(order);
    const found = order.slice(0, 2).map((i) => ritz.realEigenvalues[i] as number);
    const settled = found.every((value, i) => Math.abs(value - (before[i] as number)) <= enough * value);
    if (settled) {
      basis = basis.mmul(turned);
      break;
    }
    before = found;
    basis = orthonormal(product.mmul(turned));
  }
  const axes = [0, 1].map((i) => (i < wanted ? directed(basis.getColumn(i)) : new Array(dimensions).fill(0)));
  const points = new Float32Array(2 * count);
  const sums: [number, number] = [0, 0];
  for (let n = 0; n < count; n++) {
    for (const k of [0, 1] as const) {
      const point = dot(centred, n * dimensions, axes[k] as number[]);
      points[2 * n + k] = point;
      sums[k] += point * point;
    }
  }
  return { points, explained: total > 0 ? [sums[0] / total, sums[1] / total] : [0, 0] };
}

function centre(values: Float32Array, dimensions: number): void {
  const count = values.length / dimensions;
  for (let d = 0; d < dimensions; d++) {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += values[n * dimensions + d] as number;
    const mean = sum / count;
    for (let n = 0; n < count; n++) {
      const at = n * dimensions + d;
      values[at] = (values[at] as number) - mean;
    }
  }
}

/** X'(X V) */
function timesScatter(values: Float32Array, basis: Matrix): Matrix {
  const { rows: dimensions, columns } = basis;
  const flat = Float64Array.from(basis.to1DArray());
  const product = new Float64Array(dimensions * columns);
  const along = new Float64Array(columns);
  for (let start = 0; start < values.length; start += dimensions) {
    along.fill(0);
    for (let d = 0; d < dimensions; d++) {
      const value = values[start + d] as number;
      if (value === 0) continue;
      for (let k = 0; k < columns; k++) {
        along[k] = (along[k] as number) + value * (flat[d * columns + k] as number);
      }
    }
    for (let d = 0; d < dimensions; d++) {
      const value = values[start + d] as number;
      if (value === 0) continue;
      for (let k = 0; k < columns; k++) {
        const at = d * columns + k;
        product[at] = (product[at] as number) + value * (along[k] as number);
      }
    }
  }
  return Matrix.from1DArray(dimensions, columns, product);
}

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix;

function drawn(rows: number, columns: number): Matrix {
  const random = new RandomSequence(1, 'probe');
  return Matrix.from1DArray(
    rows,
    columns,
    Array.from({ length: rows * columns }, () => random.uniform() - 0.5),
  );
}

function directed(axis: number[]): number[] {
  const main = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return main < 0 ? axis.map((value) => -value) : axis;
}

function dot(values: Float32Array, start: number, axis: readonly number[]): number {
  let sum = 0;
  for (let d = 0; d < axis.length; d++) sum += (values[start + d] as number) * (axis[d] as number);
  return sum;
}
