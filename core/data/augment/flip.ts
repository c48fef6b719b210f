import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

const probability = { minimum: 0, maximum: 1 } as const;

/** Mirrors the image. */
export const flip = defineAugmentation({
  type: 'flip',
  label: 'Flip',
  help: 'Mirrors the image at random. Not for digits and letters.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('flip'),
    horizontal: number({
      label: 'Left and right',
      help: 'Probability that left and right change places.',
      default: 0.5,
      ...probability,
    }),
    vertical: number({
      label: 'Top and bottom',
      help: 'Probability that top and bottom change places.',
      default: 0,
      ...probability,
    }),
  }),
  draw({ horizontal = 0, vertical = 0 }, random, view) {
    const across = random.uniform() < horizontal ? -1 : 1;
    const down = random.uniform() < vertical ? -1 : 1;
    mapBy(view, [across, 0, 0, 0, down, 0]);
  },
});
