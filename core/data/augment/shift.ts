import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

/** Moves the image by up to so many pixels, between pixels too. */
export const shift = defineAugmentation({
  type: 'shift',
  label: 'Shift',
  help: 'Moves the image by a random distance; what comes in from outside is background.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('shift'),
    x: number({
      label: 'Sideways',
      help: 'Largest distance, left or right.',
      unit: 'pixels',
      default: 2,
      minimum: 0,
      maximum: 256,
    }),
    y: number({
      label: 'Up and down',
      help: 'Largest distance, up or down.',
      unit: 'pixels',
      default: 2,
      minimum: 0,
      maximum: 256,
    }),
  }),
  draw({ x = 0, y = 0 }, random, view) {
    const right = random.around(x);
    const down = random.around(y);
    mapBy(view, [1, 0, -right, 0, 1, -down]);
  },
});
