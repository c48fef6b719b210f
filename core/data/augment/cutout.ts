import { z } from 'zod';
import { integer } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';

/** Blanks a square out (DeVries and Taylor 2017); near the edge a part of it lies outside. */
export const cutout = defineAugmentation({
  type: 'cutout',
  label: 'Cutout',
  help: 'Blanks a square at a random place out, with 0 as the model sees it.',
  stage: 'blank',
  schema: z.strictObject({
    type: z.literal('cutout'),
    size: integer({
      label: 'Size',
      help: 'Side of the square.',
      unit: 'pixels',
      default: 8,
      minimum: 1,
      maximum: 256,
    }),
  }),
  draw({ size = 0 }, random, view, { newHeight, newWidth }) {
    const top = Math.floor(random.uniform() * newHeight) - Math.floor(size / 2);
    const left = Math.floor(random.uniform() * newWidth) - Math.floor(size / 2);
    view.holes.push({ top, left, bottom: top + size, right: left + size });
  },
});
