import { z } from 'zod';
import { integer, number } from '../../../contract/fields.ts';
import { asFloats, type FixedSamples, sizeOf } from '../samples.ts';
import { defineDerivation, mapPixels, mustBeFixed } from '../step.ts';
import { fitZca, type Whitening, whiten } from '../zca.ts';

const schema = z.strictObject({
  type: z.literal('zca'),
  epsilon: number({
    label: 'Epsilon',
    help: 'Added to every variance before dividing by its root: larger values whiten noise less.',
    default: 0.1,
    minimum: 0,
  }),
  samples: integer({
    label: 'Samples',
    help: 'Training samples that the covariance is estimated from, evenly spread over the set; 0 takes all.',
    default: 10_000,
    minimum: 0,
  }),
});

/** The covariance has the square of this many entries: 32 x 32 in colour, and a little more. */
const mostDimensions = 3200;

/** ZCA whitening, fitted on the training split alone and applied to every split. */
export const zca = defineDerivation<z.output<typeof schema>>({
  type: 'zca',
  label: 'Whiten (ZCA)',
  help: 'Makes pixels uncorrelated and of equal variance while images stay recognisable; fitted on the training set.',
  schema,
  apply({ epsilon, samples: most }, set, refuse, onFit) {
    const { train } = set.splits;
    if (train === undefined) throw refuse('', 'there is no training split to fit on');
    const fitted = asFloats(mustBeFixed(train, refuse));
    const dimensions = sizeOf(fitted.shape);
    if (dimensions > mostDimensions) {
      const shape = fitted.shape.join(' x ');
      throw refuse(
        '',
        `${shape} are ${dimensions} numbers, more than ${mostDimensions}; resize, or cut patches, first`,
      );
    }
    let whitening: Promise<Whitening> | undefined;
    const fit = () => {
      whitening ??= fitZca(fitted, { epsilon, most: most === 0 ? fitted.count : most, onProgress: onFit });
      return whitening;
    };
    return mapPixels(set, refuse, (samples) => whitened(asFloats(samples), fit));
  },
});

function whitened(samples: FixedSamples, whitening: () => Promise<Whitening>): FixedSamples {
  return {
    ...samples,
    async read(indices, target) {
      const values = new Float32Array(target.length);
      await samples.read(indices, values);
      whiten(await whitening(), values, target as Float32Array);
    },
  };
}
