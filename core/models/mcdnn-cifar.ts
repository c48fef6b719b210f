import { z } from 'zod';
import { number } from '../contract/fields.ts';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';

const options = z.strictObject({
  activation: activationOption('tanh'),
  scale: number({
    label: 'Scale',
    help: 'Factor on the number of maps and hidden units; 1 is the paper’s.',
    default: 1,
    minimum: 0.01,
    maximum: 1,
  }),
});
type Options = z.output<typeof options>;

/**
 * The column of MCDNN for CIFAR-10, 3x32x32-300C3-MP2-300C2-MP2-300C3-MP2-300C2-MP2-300N-100N-10N (Ciresan, Meier and
 * Schmidhuber 2012). The paper's third pooling makes 3x3 maps of 5x5, so its windows reach over the border, which a
 * padding of 1 does here.
 */
export const mcdnnCifar: Preset<Options> = {
  name: 'mcdnn-cifar',
  title: 'MCDNN column for CIFAR-10',
  description:
    'Four convolutions of 300 maps with maximum pooling, and three dense layers, on small photographs.',
  published: {
    figure: '88.79% (11.21% error) on the CIFAR-10 test set, for the average of 8 columns',
    source:
      'Ciresan, Meier and Schmidhuber, "Multi-column deep neural networks for image classification", 2012',
  },
  options,
  model({ activation, scale }) {
    const maps = (count: number) => Math.max(1, Math.round(count * scale));
    const conv = (id: string, kernel: number) => ({
      id,
      type: 'conv',
      filters: maps(300),
      kernel,
      activation,
    });
    const pool = (id: string, pad = 0) => ({ id, type: 'pool', mode: 'max', size: 2, pad });
    return {
      version: 1,
      name: 'mcdnn-cifar',
      input: [3, 32, 32],
      layers: [
        conv('C1', 3),
        pool('P2'),
        conv('C3', 2),
        pool('P4'),
        conv('C5', 3),
        pool('P6', 1),
        conv('C7', 2),
        pool('P8'),
        { id: 'N9', type: 'dense', units: maps(300), activation },
        { id: 'N10', type: 'dense', units: maps(100), activation },
        { id: 'N11', type: 'dense', units: 10 },
      ],
      loss: { type: 'softmax-cross-entropy' },
    };
  },
  experiment: startingRecipe({ name: 'cifar-10', validation: 5000 }, { lr: 0.005, epochs: 30 }),
};
