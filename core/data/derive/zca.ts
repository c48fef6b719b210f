import { addProduct, decomposeSymmetric } from '../../backends/native/algebra.ts';
import type { OnShare } from '../progress.ts';
import { type FixedSamples, sizeOf } from './samples.ts';

/** y = W (x - mean) with W = (C + epsilon I)^(-1/2), symmetric, for the covariance C of what it was fitted on. */
export interface Whitening {
  readonly mean: Float64Array;
  /** [D, D] */
  readonly matrix: Float64Array;
}

/** Samples read at a time. */
const batch = 256;

export interface FitOptions {
  readonly epsilon: number;
  /** Samples to look at, evenly spread. */
  readonly most: number;
  readonly onProgress?: OnShare | undefined;
}

/**
 * Estimates mean and covariance, and the symmetric root: with C = U diag(v) U', W = U diag(1 / sqrt(v + epsilon)) U'
 * (Bell and Sejnowski, "The independent components of natural scenes are edge filters", 1997).
 * @throws what reading the samples throws; `native.unavailable`
 */
export async function fitZca(
  samples: FixedSamples,
  { epsilon, most, onProgress }: FitOptions,
): Promise<Whitening> {
  const count = Math.min(most, samples.count);
  const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * samples.count) / count));
  const mean = await meanOf(samples, places);
  const covariance = await covarianceOf(samples, places, mean, (share) => onProgress?.(share / 5));
  const matrix = inverseRoot(covariance, mean.length, epsilon, (share) => onProgress?.((1 + 4 * share) / 5));
  return { mean, matrix };
}

async function eachBatch(
  samples: FixedSamples,
  places: Uint32Array,
  take: (values: Float32Array, done: number) => void,
): Promise<void> {
  const size = sizeOf(samples.shape);
  for (let at = 0; at < places.length; at += batch) {
    const part = places.subarray(at, at + batch);
    const values = new Float32Array(part.length * size);
    await samples.read(part, values);
    take(values, at + part.length);
  }
}

async function meanOf(samples: FixedSamples, places: Uint32Array): Promise<Float64Array> {
  const size = sizeOf(samples.shape);
  const mean = new Float64Array(size);
  await eachBatch(samples, places, (values) => {
    values.forEach((value, i) => {
      mean[i % size] = (mean[i % size] as number) + value;
    });
  });
  return mean.map((sum) => sum / places.length);
}

/** The upper triangle of [D, D]. */
async function covarianceOf(
  samples: FixedSamples,
  places: Uint32Array,
  mean: Float64Array,
  onProgress: OnShare,
): Promise<Float64Array> {
  const size = mean.length;
  const sums = new Float64Array(size * size);
  await eachBatch(samples, places, (values, done) => {
    const centred = Float64Array.from(values, (value, i) => value - (mean[i % size] as number));
    addProduct(
      { rows: size, columns: size, depth: values.length / size, upper: true },
      centred,
      centred,
      sums,
    );
    onProgress(done / places.length);
  });
  return sums.map((sum) => sum / places.length);
}

function inverseRoot(
  covariance: Float64Array,
  size: number,
  epsilon: number,
  onProgress: OnShare,
): Float64Array {
  const { values, vectors } = decomposeSymmetric(covariance, size, { onProgress });
  // W = B' B with B = diag(v + epsilon)^(-1/4) U': symmetric to the last bit.
  for (const [row, value] of values.entries()) {
    // Rounding may make a variance of 0 slightly negative. Without epsilon a direction of no variance stays 0.
    const variance = Math.max(0, value) + epsilon;
    const factor = variance > 1e-12 ? variance ** -0.25 : 0;
    for (let i = row * size; i < (row + 1) * size; i++) vectors[i] = factor * (vectors[i] as number);
  }
  const matrix = new Float64Array(size * size);
  addProduct({ rows: size, columns: size, depth: size, upper: true }, vectors, vectors, matrix);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      matrix[row * size + column] = matrix[column * size + row] as number;
    }
  }
  return matrix;
}

/** Whitens samples [N, D]. Every sum is formed in the same order, whatever samples come together. */
export function whiten({ mean, matrix }: Whitening, values: Float32Array, target: Float32Array): void {
  const size = mean.length;
  const count = values.length / size;
  // [D, N], since the product is of columns.
  const centred = new Float64Array(values.length);
  for (const [i, average] of mean.entries()) {
    for (let n = 0; n < count; n++) centred[i * count + n] = (values[n * size + i] as number) - average;
  }
  const white = new Float64Array(values.length);
  addProduct({ rows: count, columns: size, depth: size, upper: false }, centred, matrix, white);
  target.set(white);
}
