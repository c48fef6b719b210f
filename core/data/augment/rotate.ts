import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

/** Turns the image about its centre. */
export const rotate = defineAugmentation({
  type: 'rotate',
  label: 'Rotation',
  help: 'Turns the image about its centre by a random angle.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('rotate'),
    degrees: number({
      label: 'Angle',
      help: 'Largest angle, either way.',
      unit: 'degrees',
      default: 10,
      minimum: 0,
      maximum: 180,
    }),
  }),
  draw({ degrees = 0 }, random, view) {
    const angle = random.around((degrees * Math.PI) / 180);
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    mapBy(view, [cosine, sine, 0, -sine, cosine, 0]);
  },
});
