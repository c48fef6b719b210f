import { z } from 'zod';
import { integer } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import type { ImageShape } from '../../dataset.ts';
import { seedField } from '../fields.ts';
import { type FixedSamples, pixelArray, sizeOf } from '../samples.ts';
import { defineDerivation, mapFixed, trainAndTest } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('patches'),
  size: integer({
    label: 'Size',
    help: 'Height and width of a patch.',
    unit: 'pixels',
    default: 8,
    minimum: 1,
  }),
  train: integer({
    label: 'Training patches',
    help: 'Cut from training images.',
    default: 50_000,
    minimum: 1,
  }),
  test: integer({ label: 'Test patches', help: 'Cut from test images.', default: 10_000, minimum: 1 }),
  seed: seedField('from which images and where patches are cut'),
});

/** Patches cut at random places out of random images, without labels: what autoencoders learn features from. */
export const patches = defineDerivation<z.output<typeof schema>>({
  type: 'patches',
  label: 'Patches',
  help: 'Cuts small squares out of the images, at random places; they have no labels.',
  schema,
  dropsLabels: true,
  apply(step, set, refuse) {
    const { size, seed } = step;
    const cut = (samples: FixedSamples, name: string): FixedSamples => {
      const [, height, width] = samples.shape;
      if (size > height || size > width) {
        throw refuse('size', `a patch of ${size} x ${size} does not fit into images of ${height} x ${width}`);
      }
      return patchesOf(samples, size, name === 'test' ? step.test : step.train, { seed, name });
    };
    return mapFixed(trainAndTest(set), refuse, cut, []);
  },
});

function patchesOf(
  samples: FixedSamples,
  size: number,
  count: number,
  { seed, name }: { readonly seed: number; readonly name: string },
): FixedSamples {
  const [channels, height, width] = samples.shape;
  const whole = sizeOf(samples.shape);
  const shape: ImageShape = [channels, size, size];
  // One sequence in order: [image, top, left] of every patch.
  const random = new RandomSequence(seed, 'derive', name === 'test' ? 1 : 0);
  const places = new Uint32Array(3 * count);
  for (let i = 0; i < places.length; i += 3) {
    places[i] = random.below(samples.count);
    places[i + 1] = random.below(height - size + 1);
    places[i + 2] = random.below(width - size + 1);
  }
  return {
    count,
    labels: null,
    shape,
    floats: samples.floats,
    async read(indices, target) {
      const source = pixelArray(samples.floats, indices.length * whole);
      await samples.read(
        indices.map((index) => places[3 * index] as number),
        source,
      );
      let at = 0;
      for (const [n, index] of indices.entries()) {
        const [top = 0, left = 0] = places.subarray(3 * index + 1, 3 * index + 3);
        for (let line = 0; line < channels * size; line++) {
          const [channel, row] = [Math.floor(line / size), line % size];
          const from = n * whole + (channel * height + top + row) * width + left;
          target.set(source.subarray(from, from + size), at);
          at += size;
        }
      }
    },
  };
}
