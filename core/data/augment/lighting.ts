import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { pixelMoments } from './moments.ts';
import { defineAugmentation } from './step.ts';
import { recolour } from './view.ts';

/**
 * AlexNet's change of light (Krizhevsky et al. 2012, section 4.1): to every pixel of an image the same
 * [p1, p2, p3] [a1 l1, a2 l2, a3 l3]^T is added, with p and l the eigenvectors and eigenvalues of the training set's
 * covariance of red, green and blue (pixels 0..1), and a drawn anew for every image, normal with this deviation.
 */
export const lighting = defineAugmentation({
  type: 'lighting',
  label: 'PCA lighting',
  help: 'Changes the colour and strength of the light along the training set’s principal colours, as AlexNet did.',
  stage: 'colour',
  channels: [3],
  schema: z.strictObject({
    type: z.literal('lighting'),
    deviation: number({
      label: 'Deviation',
      help: 'Standard deviation of the share of each eigenvalue that is added.',
      default: 0.1,
      minimum: 0,
      maximum: 10,
    }),
  }),
  learn(_spec, context) {
    const units = context.source.images instanceof Uint8Array ? 255 : 1;
    const { covariance } = pixelMoments(context);
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(covariance), {
      assumeSymmetric: true,
    });
    const numbers: Record<string, number> = {};
    for (let axis = 0; axis < 3; axis++) {
      for (let channel = 0; channel < 3; channel++) {
        const share = (realEigenvalues[axis] as number) / units ** 2;
        numbers[`axis${axis}${channel}`] = units * share * eigenvectorMatrix.get(channel, axis);
      }
    }
    return numbers;
  },
  draw(numbers, random, view) {
    const { deviation = 0 } = numbers;
    const offset = [0, 0, 0];
    for (let axis = 0; axis < 3; axis++) {
      const amount = deviation * random.normal();
      for (let channel = 0; channel < 3; channel++)
        offset[channel]! += amount * numbers[`axis${axis}${channel}`]!;
    }
    recolour(view, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1], offset);
  },
});
