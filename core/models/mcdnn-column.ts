import { z } from 'zod';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';
import { expandShorthand } from './shorthand.ts';

const options = z.strictObject({ activation: activationOption('tanh') });
type Options = z.output<typeof options>;

/** One of the 35 columns of MCDNN (Ciresan, Meier and Schmidhuber 2012) for handwritten digits. */
export const mcdnnColumn: Preset<Options> = {
  name: 'mcdnn-column',
  title: 'MCDNN column',
  description:
    'One column of the multi-column network that first reached human accuracy on MNIST: two convolutions with maximum pooling, tanh units, a random start and a rate that decays.',
  published: {
    figure: '99.77% (0.23% error) on the MNIST test set, for the average of 35 columns',
    source:
      'Ciresan, Meier and Schmidhuber, "Multi-column deep neural networks for image classification", 2012',
  },
  options,
  model: ({ activation }) => ({
    ...expandShorthand({ shorthand: '1x29x29-20C4-MP2-40C5-MP3-150N-10N', activation }),
    name: 'mcdnn-column',
  }),
  experiment: startingRecipe({ name: 'mnist', validation: 5000 }, { lr: 0.02, epochs: 30 }),
};
