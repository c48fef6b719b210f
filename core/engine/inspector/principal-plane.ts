import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { RandomSequence } from '../../train/random.ts';

/** Directions that are followed at once: the two, and two beside them, so that these are found in few rounds. */
const followed = 4;
const mostRounds = 30;
/** Rounds end when the two variances change by less than this part of themselves. */
const enough = 1e-7;
/** A direction that keeps less than this part of its length beside the others is none of its own. */
const nothing = 1e-9;

/** A vector of as many numbers as there are dimensions. */
type Direction = Float64Array;

export interface PrincipalPlane {
  /** [count, 2] */
  readonly points: Float32Array;
  /** Share of the whole variance in each direction. */
  readonly explained: [number, number];
}

/**
 * Principal component analysis to two dimensions, by block Lanczos with full orthogonalisation and Rayleigh-Ritz (Golub and
 * Van Loan, "Matrix computations", 10.3.6): the covariance itself, which has the square of the dimensions, is never made. A
 * direction's sign is such that its largest part is positive.
 * @param values [count, dimensions]
 */
export function principalPlane(values: Float32Array, dimensions: number): PrincipalPlane {
  const count = values.length / dimensions;
  const centred = new Float32Array(values);
  centre(centred, dimensions);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const axes = mainDirections(centred, dimensions).map(directed);
  const points = new Float32Array(2 * count);
  const sums: [number, number] = [0, 0];
  for (let n = 0; n < count; n++) {
    for (const [k, axis] of axes.entries()) {
      let point = 0;
      for (let d = 0; d < dimensions; d++)
        point += (centred[n * dimensions + d] as number) * (axis[d] as number);
      points[2 * n + k] = point;
      sums[k as 0 | 1] += point * point;
    }
  }
  return { points, explained: total > 0 ? [sums[0] / total, sums[1] / total] : [0, 0] };
}

/** The two in which the centred values vary most, or one where there is but one dimension. */
function mainDirections(centred: Float32Array, dimensions: number): Direction[] {
  const basis = orthonormal([], drawn(dimensions));
  /** X'X of each direction of the basis. */
  const images: Direction[] = [];
  let newest = [...basis];
  let before = [0, 0];
  for (let round = 1; ; round++) {
    const seen = timesScatter(centred, dimensions, newest);
    images.push(...seen);
    const { variances, axes } = withinBasis(basis, images);
    const settled = variances.every((value, i) => Math.abs(value - (before[i] as number)) <= enough * value);
    newest = settled || round === mostRounds ? [] : orthonormal(basis, seen);
    if (newest.length === 0) return axes;
    basis.push(...newest);
    before = variances;
  }
}

/** The two largest of the variances that the basis can tell apart, and their directions. */
function withinBasis(
  basis: readonly Direction[],
  images: readonly Direction[],
): { variances: number[]; axes: Direction[] } {
  const projected = new Matrix(basis.map((row) => images.map((image) => dot(row, image))));
  const ritz = new EigenvalueDecomposition(projected, { assumeSymmetric: true });
  const largest = [...ritz.realEigenvalues.keys()].reverse().slice(0, 2);
  return {
    variances: largest.map((i) => ritz.realEigenvalues[i] as number),
    axes: largest.map((i) => combined(basis, ritz.eigenvectorMatrix.getColumn(i))),
  };
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

/** X'(X v) of at most four directions. */
function timesScatter(
  values: Float32Array,
  dimensions: number,
  directions: readonly Direction[],
): Direction[] {
  const four = Array.from({ length: followed }, (_, k) => directions[k] ?? new Float64Array(dimensions));
  const products = four.map(() => new Float64Array(dimensions));
  const [v0, v1, v2, v3] = four as [Direction, Direction, Direction, Direction];
  const [p0, p1, p2, p3] = products as [Direction, Direction, Direction, Direction];
  for (let start = 0; start < values.length; start += dimensions) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let d = 0; d < dimensions; d++) {
      const x = values[start + d]!;
      s0 += x * v0[d]!;
      s1 += x * v1[d]!;
      s2 += x * v2[d]!;
      s3 += x * v3[d]!;
    }
    for (let d = 0; d < dimensions; d++) {
      const x = values[start + d]!;
      p0[d]! += x * s0;
      p1[d]! += x * s1;
      p2[d]! += x * s2;
      p3[d]! += x * s3;
    }
  }
  return products.slice(0, directions.length);
}

/** Of each direction what is at right angles to the basis and to those before, of length 1; twice, for the rounding. */
function orthonormal(basis: readonly Direction[], directions: readonly Direction[]): Direction[] {
  const found: Direction[] = [];
  for (const direction of directions) {
    const left = Float64Array.from(direction);
    const length = Math.sqrt(dot(left, left));
    for (let time = 0; time < 2; time++)
      for (const other of [...basis, ...found]) add(left, other, -dot(left, other));
    const rest = Math.sqrt(dot(left, left));
    if (rest > nothing * length) found.push(left.map((part) => part / rest));
  }
  return found;
}

function drawn(dimensions: number): Direction[] {
  const random = new RandomSequence(1, 'probe');
  const draw = () => random.uniform() - 0.5;
  return Array.from({ length: Math.min(followed, dimensions) }, () =>
    Float64Array.from({ length: dimensions }, draw),
  );
}

function combined(basis: readonly Direction[], parts: readonly number[]): Direction {
  const sum = new Float64Array(basis[0]?.length ?? 0);
  for (const [k, direction] of basis.entries()) add(sum, direction, parts[k] as number);
  return sum;
}

function directed(axis: Direction): Direction {
  const main = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return main < 0 ? axis.map((value) => -value) : axis;
}

function add(to: Direction, direction: Direction, times: number): void {
  for (let d = 0; d < to.length; d++) to[d]! += times * direction[d]!;
}

function dot(a: Direction, b: Direction): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
