import { z } from 'zod';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';

const options = z.strictObject({ activation: activationOption('relu') });
type Options = z.output<typeof options>;

/**
 * Four layers for CIFAR-10, on which ReLU and tanh are compared as in figure 1 of Krizhevsky et al. 2012, which does not
 * print its network: this is the one that Krizhevsky published with cuda-convnet for quick tests, three convolutions of 32,
 * 32 and 64 maps with overlapping pooling, and one dense layer.
 */
export const fourLayerCifar: Preset<Options> = {
  name: 'four-layer-cifar',
  title: 'Four layers for ReLU against tanh',
  description:
    'Three convolutions with overlapping pooling and a dense layer on CIFAR-10, for comparing activations.',
  published: {
    figure: 'ReLU reaches 25% training error six times faster than tanh',
    source:
      'Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, figure 1',
  },
  options,
  model({ activation }) {
    const conv = (id: string, filters: number) => ({
      id,
      type: 'conv',
      filters,
      kernel: 5,
      pad: 2,
      activation,
    });
    const pool = (id: string, mode: string) => ({ id, type: 'pool', mode, size: 3, stride: 2 });
    return {
      version: 1,
      name: 'four-layer-cifar',
      input: [3, 32, 32],
      layers: [
        conv('C1', 32),
        pool('P2', 'max'),
        conv('C3', 32),
        pool('P4', 'mean'),
        conv('C5', 64),
        pool('P6', 'mean'),
        { id: 'N7', type: 'dense', units: 10 },
      ],
      loss: { type: 'softmax-cross-entropy' },
    };
  },
  experiment: startingRecipe({ name: 'cifar-10', validation: 5000 }, { lr: 0.01, epochs: 20 }),
};
