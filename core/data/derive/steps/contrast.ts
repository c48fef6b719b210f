import { z } from 'zod';
import { number } from '../../../contract/fields.ts';
import type { PixelArray } from '../resample.ts';
import { asFloats, sizeOf, transform } from '../samples.ts';
import { defineDerivation, mapPixels } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('normalize-contrast'),
  epsilon: number({
    label: 'Epsilon',
    help: 'Added to the variance (of pixels from 0 to 1), so that flat images are not blown up.',
    default: 0.0002,
    minimum: 0,
  }),
});

/**
 * Every image with mean 0 and, but for epsilon, variance 1: (x - mean) / sqrt(variance + epsilon). Coates, Ng and Lee,
 * "An analysis of single-layer networks in unsupervised feature learning", 2011, with their epsilon of 10 in bytes.
 */
export const contrast = defineDerivation<z.output<typeof schema>>({
  type: 'normalize-contrast',
  label: 'Normalize contrast',
  help: 'Subtracts every image’s own mean and divides by its own deviation.',
  schema,
  apply: ({ epsilon }, set, refuse) =>
    mapPixels(set, refuse, (samples) => {
      const size = sizeOf(samples.shape);
      return transform(
        asFloats(samples),
        { shape: samples.shape, floats: true },
        (source, offset, target, at) => {
          const { mean, variance } = momentsOf(source, offset, size);
          // A flat image without epsilon stays 0.
          const factor = variance + epsilon > 0 ? 1 / Math.sqrt(variance + epsilon) : 0;
          for (let i = 0; i < size; i++) target[at + i] = ((source[offset + i] as number) - mean) * factor;
        },
      );
    }),
});

function momentsOf(source: PixelArray, offset: number, size: number): { mean: number; variance: number } {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += source[i] as number;
  const mean = sum / size;
  let squares = 0;
  for (let i = offset; i < offset + size; i++) squares += ((source[i] as number) - mean) ** 2;
  return { mean, variance: squares / size };
}
