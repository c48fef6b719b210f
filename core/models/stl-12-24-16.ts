import { z } from 'zod';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';
import { expandShorthand } from './shorthand.ts';

const options = z.strictObject({ activation: activationOption('relu') });
type Options = z.output<typeof options>;

/** The lecture's own network for four classes of STL-10: 12, 24 and 16 maps, each halved by mean pooling. */
export const stl122416: Preset<Options> = {
  name: 'stl-12-24-16',
  title: 'The lecture’s STL-10 network',
  description:
    'Three small convolutions, 12, 24 and 16 maps, with mean pooling, on photographs of airplanes, cars, cats and dogs.',
  published: {
    figure: '71.6%, the mean of four classes, on the STL-10 test set',
    source: 'Xue, "Introduction to Convolutional Neural Network", Zhejiang University, 2016, page “STL-10”',
    classes: [
      { name: 'airplane', accuracy: 0.84 },
      { name: 'car', accuracy: 0.8138 },
      { name: 'cat', accuracy: 0.6312 },
      { name: 'dog', accuracy: 0.58 },
    ],
  },
  options,
  model: ({ activation }) => ({
    ...expandShorthand({ shorthand: '3x96x96-12C5-AP2-24C3-AP2-16C5-AP2-4N', activation }),
    name: 'stl-12-24-16',
  }),
  experiment: startingRecipe(
    {
      name: 'stl-10',
      derive: [{ type: 'classes', keep: ['airplane', 'car', 'cat', 'dog'] }],
    },
    { lr: 0.01, epochs: 40 },
  ),
};
