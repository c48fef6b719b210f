import type { AugmentContext } from './step.ts';

interface Moments {
  /** As stored. */
  readonly mean: readonly number[];
  /** [channels][channels], over all pixels, as stored. */
  readonly covariance: readonly number[][];
}

/** Kept with the training samples they are of: several steps ask for them. */
const known = new WeakMap<Uint32Array, Moments>();

/** Mean and covariance of the channels over all pixels of the training samples. */
export function pixelMoments({ source, trainingIndices }: AugmentContext): Moments {
  const moments = known.get(trainingIndices) ?? computeMoments(source, trainingIndices);
  known.set(trainingIndices, moments);
  return moments;
}

function computeMoments({ images, shape }: AugmentContext['source'], indices: Uint32Array): Moments {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels * channels);
  for (const index of indices) {
    const start = index * channels * plane;
    for (let pixel = start; pixel < start + plane; pixel++) {
      for (let a = 0; a < channels; a++) {
        const value = images[pixel + a * plane] as number;
        sums[a]! += value;
        for (let b = 0; b <= a; b++)
          products[a * channels + b]! += value * (images[pixel + b * plane] as number);
      }
    }
  }
  const count = plane * indices.length;
  const mean = Array.from(sums, (sum) => sum / count);
  const covariance = mean.map((_, a) =>
    mean.map((_, b) => products[Math.max(a, b) * channels + Math.min(a, b)]! / count - mean[a]! * mean[b]!),
  );
  return { mean, covariance };
}
