import { z } from 'zod';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';
import { expandShorthand } from './shorthand.ts';

const options = z.strictObject({ activation: activationOption('relu') });
type Options = z.output<typeof options>;

/** The lecture's own network for ten classes of Caltech-101: 12, 24, 20 and 16 maps, each halved by mean pooling. */
export const caltech12242016: Preset<Options> = {
  name: 'caltech-12-24-20-16',
  title: 'The lecture’s Caltech-101 network',
  description:
    'Four small convolutions, 12, 24, 20 and 16 maps, with mean pooling, on photographs of ten kinds of things.',
  published: {
    figure: '79.2%, the mean of ten classes of 50 test images each, on Caltech-101',
    source:
      'Xue, "Introduction to Convolutional Neural Network", Zhejiang University, 2016, page “CalTech101”',
    classes: [
      { name: 'Faces', accuracy: 0.68 },
      { name: 'Faces_easy', accuracy: 0.94 },
      { name: 'Leopards', accuracy: 0.84 },
      { name: 'Motorbikes', accuracy: 0.9 },
      { name: 'airplanes', accuracy: 0.82 },
      { name: 'bonsai', accuracy: 0.64 },
      { name: 'car_side', accuracy: 0.84 },
      { name: 'chandelier', accuracy: 0.7 },
      { name: 'hawksbill', accuracy: 0.74 },
      { name: 'ketch', accuracy: 0.82 },
    ],
  },
  options,
  model: ({ activation }) => ({
    ...expandShorthand({ shorthand: '3x200x200-12C5-AP2-24C3-AP2-20C5-AP2-16C5-AP2-10N', activation }),
    name: 'caltech-12-24-20-16',
  }),
  experiment: startingRecipe(
    {
      name: 'caltech-101',
      derive: [
        {
          type: 'classes',
          keep: [
            'Faces',
            'Faces_easy',
            'Leopards',
            'Motorbikes',
            'airplanes',
            'bonsai',
            'car_side',
            'chandelier',
            'hawksbill',
            'ketch',
          ],
        },
        { type: 'resize', height: 200, width: 200 },
        { type: 'split', test: 0.5, seed: 1 },
        { type: 'samples', train: 50, test: 50, seed: 1 },
      ],
    },
    { lr: 0.01, epochs: 40 },
  ),
};
