import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

/** Slants the image: x + s y. */
export const shear = defineAugmentation({
  type: 'shear',
  label: 'Shear',
  help: 'Slants the image sideways, as handwriting slants.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('shear'),
    amount: number({
      label: 'Slant',
      help: 'Largest distance to the side for every pixel up, either way.',
      default: 0.15,
      minimum: 0,
      maximum: 2,
    }),
  }),
  draw({ amount = 0 }, random, view) {
    mapBy(view, [1, -random.around(amount), 0, 0, 1, 0]);
  },
});
