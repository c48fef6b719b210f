import { z } from 'zod';
import { choice, integer } from '../contract/fields.ts';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';

const options = z.strictObject({
  connection: choice(
    {
      dense: 'Dense: every unit sees every pixel',
      local: 'Locally connected: every unit sees a window, with weights of its own',
      shared: 'Shared kernels: every window of a map with the same weights',
    },
    { label: 'Connection', help: 'How the hidden maps see the image (figures 2 to 4).', default: 'shared' },
  ),
  maps: integer({ label: 'Maps', help: 'Of 24x24 units each.', default: 4, minimum: 1 }),
  activation: activationOption('relu'),
});
type Options = z.output<typeof options>;

/** Side of a hidden map: 28 - 5 + 1. */
const side = 24;

/**
 * The lecture's argument for convolution as one network in three kinds: hidden maps of equal size that see the image
 * densely (figure 2, left), each through a window of its own (figure 2, right), or through shared kernels (figures 3, 4).
 */
export const whyConvolution: Preset<Options> = {
  name: 'why-convolution',
  title: 'Why convolution',
  description:
    'Hidden maps of one size, connected densely, locally or by shared kernels: what fewer weights cost, and what they gain.',
  options,
  model({ connection, maps, activation }) {
    const hidden = {
      dense: { type: 'dense', units: maps * side * side },
      local: { type: 'local', filters: maps, kernel: 5 },
      shared: { type: 'conv', filters: maps, kernel: 5 },
    }[connection];
    return {
      version: 1,
      name: 'why-convolution',
      input: [1, 28, 28],
      layers: [
        { id: 'HIDDEN', ...hidden, activation },
        { id: 'OUT', type: 'dense', units: 10 },
      ],
      loss: { type: 'softmax-cross-entropy' },
    };
  },
  experiment: startingRecipe({ name: 'mnist', validation: 5000 }, { lr: 0.02, epochs: 10 }),
};
