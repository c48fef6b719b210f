import { z } from 'zod';
import { boolean, number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

/** Makes the image larger or smaller about its centre; width and height each by its own factor, or both by one. */
export const scale = defineAugmentation({
  type: 'scale',
  label: 'Scaling',
  help: 'Makes the image larger or smaller about its centre by a random factor.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('scale'),
    from: number({ label: 'From', help: 'Smallest factor.', default: 0.9, minimum: 0.25, maximum: 4 }),
    to: number({ label: 'To', help: 'Largest factor.', default: 1.1, minimum: 0.25, maximum: 4 }),
    stretch: boolean({
      label: 'Width and height apart',
      help: 'Draws a factor for the width and another for the height.',
      default: false,
    }),
  }),
  draw({ from = 1, to = 1, stretch = 0 }, random, view) {
    const wide = from + (to - from) * random.uniform();
    const high = stretch ? from + (to - from) * random.uniform() : wide;
    mapBy(view, [1 / wide, 0, 0, 0, 1 / high, 0]);
  },
});
