import { type FixedSamples, sizeOf } from './samples.ts';

/** y = W (x - mean) with W = (C + epsilon I)^(-1/2), symmetric, for the covariance C of what it was fitted on. */
export interface Whitening {
  readonly mean: Float64Array;
  /** [D, D] */
  readonly matrix: Float64Array;
}

/** Samples read at a time. */
const batch = 64;
/** Samples that a matrix, larger than any cache, is gone through for at once. */
const together = 4;

/**
 * Estimates mean and covariance, and the symmetric root: with C = U diag(v) U', W = U diag(1 / sqrt(v + epsilon)) U'
 * (Bell and Sejnowski, "The independent components of natural scenes are edge filters", 1997).
 * @param most samples to look at, evenly spread
 */
export async function fitZca(
  samples: FixedSamples,
  { epsilon, most }: { readonly epsilon: number; readonly most: number },
): Promise<Whitening> {
  const count = Math.min(most, samples.count);
  const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * samples.count) / count));
  const mean = await meanOf(samples, places);
  const covariance = await covarianceOf(samples, places, mean);
  return { mean, matrix: await inverseRoot(covariance, mean.length, epsilon) };
}

async function eachBatch(
  samples: FixedSamples,
  places: Uint32Array,
  take: (values: Float32Array) => void,
): Promise<void> {
  const size = sizeOf(samples.shape);
  for (let at = 0; at < places.length; at += batch) {
    const part = places.subarray(at, at + batch);
    const values = new Float32Array(part.length * size);
    await samples.read(part, values);
    take(values);
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

/** [D, D]; the upper half is added up, the lower one mirrored. */
async function covarianceOf(
  samples: FixedSamples,
  places: Uint32Array,
  mean: Float64Array,
): Promise<Float64Array> {
  const size = mean.length;
  const sums = new Float64Array(size * size);
  const centred = Array.from({ length: together }, () => new Float64Array(size));
  await eachBatch(samples, places, (values) => {
    for (let at = 0; at < values.length; at += together * size) {
      for (const [n, x] of centred.entries()) {
        const from = at + n * size;
        // Behind the last sample nothing is added.
        if (from >= values.length) x.fill(0);
        else for (let i = 0; i < size; i++) x[i] = (values[from + i] as number) - (mean[i] as number);
      }
      addOuter(centred, sums);
    }
  });
  for (let row = 0; row < size; row++) {
    for (let column = row; column < size; column++) {
      const value = (sums[row * size + column] as number) / places.length;
      sums[row * size + column] = value;
      sums[column * size + row] = value;
    }
  }
  return sums;
}

/** Adds x x' of `together` samples to the upper half: the sums are larger than any cache, so they are read once for all. */
function addOuter(samples: readonly Float64Array[], sums: Float64Array): void {
  const [a, b, c, d] = samples as [Float64Array, Float64Array, Float64Array, Float64Array];
  const size = a.length;
  for (let row = 0; row < size; row++) {
    const [ra, rb, rc, rd] = [a[row] as number, b[row] as number, c[row] as number, d[row] as number];
    const line = row * size;
    for (let column = row; column < size; column++) {
      const more =
        ra * (a[column] as number) +
        rb * (b[column] as number) +
        rc * (c[column] as number) +
        rd * (d[column] as number);
      sums[line + column] = (sums[line + column] as number) + more;
    }
  }
}

async function inverseRoot(covariance: Float64Array, size: number, epsilon: number): Promise<Float64Array> {
  // Only who whitens waits for it to load.
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const rows = Array.from({ length: size }, (_, row) => covariance.subarray(row * size, (row + 1) * size));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(rows), {
    assumeSymmetric: true,
  });
  // Rounding may make a variance of 0 slightly negative. Without epsilon a direction of no variance stays 0.
  const factors = realEigenvalues.map((value) => {
    const variance = Math.max(0, value) + epsilon;
    return variance > 1e-12 ? variance ** -0.25 : 0;
  });
  // W = B B' with B = U diag(v + epsilon)^(-1/4): symmetric to the last bit.
  const root = Array.from({ length: size }, (_, row) =>
    Float64Array.from(factors, (factor, column) => factor * eigenvectorMatrix.get(row, column)),
  );
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = row; column < size; column++) {
      const value = dot(root[row] as Float64Array, root[column] as Float64Array);
      matrix[row * size + column] = value;
      matrix[column * size + row] = value;
    }
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Whitens samples [N, D]. Every sum is formed in the same order, whatever samples come together. */
export function whiten({ mean, matrix }: Whitening, values: Float32Array, target: Float32Array): void {
  const size = mean.length;
  const [a, b, c, d] = Array.from({ length: together }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let at = 0; at < values.length; at += together * size) {
    for (const [n, centred] of [a, b, c, d].entries()) {
      const from = at + n * size;
      // Behind the last sample there is nothing, and nothing is written for it.
      for (let i = 0; i < size; i++) centred[i] = (values[from + i] ?? 0) - (mean[i] as number);
    }
    for (let row = 0; row < size; row++) {
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let i = 0, place = row * size; i < size; i++, place++) {
        const weight = matrix[place] as number;
        sumA += weight * (a[i] as number);
        sumB += weight * (b[i] as number);
        sumC += weight * (c[i] as number);
        sumD += weight * (d[i] as number);
      }
      const to = at + row;
      for (const [n, sum] of [sumA, sumB, sumC, sumD].entries()) {
        if (to + n * size < values.length) target[to + n * size] = sum;
      }
    }
  }
}
