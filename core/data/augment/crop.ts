import { z } from 'zod';
import { integer } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';
import { mapBy } from './view.ts';

/**
 * Cuts a window of the model's input out of the image at a random whole pixel: of a larger image, or of one with so
 * many pixels of background put around it. Evaluation takes the window in the middle.
 */
export const crop = defineAugmentation({
  type: 'crop',
  label: 'Random crop',
  help: 'Shows a window of the size of the model’s input at a random place; of larger images, or with background around.',
  stage: 'place',
  schema: z.strictObject({
    type: z.literal('crop'),
    padding: integer({
      label: 'Padding',
      help: 'Background put around the image first, on every side.',
      unit: 'pixels',
      default: 4,
      minimum: 0,
      maximum: 256,
    }),
  }),
  draw({ padding = 0 }, random, view, { height, width, newHeight, newWidth, top, left }) {
    const place = (image: number, window: number) => {
      const room = Math.max(0, image + 2 * padding - window);
      return padding - Math.floor(random.uniform() * (room + 1));
    };
    const down = place(height, newHeight) - top;
    const right = place(width, newWidth) - left;
    mapBy(view, [1, 0, -right, 0, 1, -down]);
  },
});
