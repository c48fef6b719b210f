import { z } from 'zod';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';
import { expandShorthand } from './shorthand.ts';

const options = z.strictObject({ activation: activationOption('relu') });
type Options = z.output<typeof options>;

/** The lecture's own network for CIFAR-10: 12 and 24 maps of 5x5, each halved by mean pooling. */
export const cifar1224: Preset<Options> = {
  name: 'cifar-12-24',
  title: 'The lecture’s CIFAR-10 network',
  description: 'Two small convolutions, 12 and 24 maps, with mean pooling, on small photographs.',
  published: {
    figure: '66.4%, the mean of ten classes, on the CIFAR-10 test set',
    source: 'Xue, "Introduction to Convolutional Neural Network", Zhejiang University, 2016, page “CIFAR-10”',
    classes: [
      { name: 'airplane', accuracy: 0.706 },
      { name: 'automobile', accuracy: 0.763 },
      { name: 'bird', accuracy: 0.565 },
      { name: 'cat', accuracy: 0.523 },
      { name: 'deer', accuracy: 0.568 },
      { name: 'dog', accuracy: 0.497 },
      { name: 'frog', accuracy: 0.74 },
      { name: 'horse', accuracy: 0.679 },
      { name: 'ship', accuracy: 0.825 },
      { name: 'truck', accuracy: 0.77 },
    ],
  },
  options,
  model: ({ activation }) => ({
    ...expandShorthand({ shorthand: '3x32x32-12C5-AP2-24C5-AP2-10N', activation }),
    name: 'cifar-12-24',
  }),
  experiment: startingRecipe({ name: 'cifar-10', validation: 5000 }, { lr: 0.02, epochs: 20 }),
};
