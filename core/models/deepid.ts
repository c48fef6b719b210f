import { z } from 'zod';
import { choice, integer } from '../contract/fields.ts';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';

const options = z.strictObject({
  classes: integer({ label: 'Classes', help: 'Persons to tell apart.', default: 10_177, minimum: 1 }),
  channels: choice(
    { grey: 'Grey', colour: 'Colour' },
    { label: 'Channels', help: 'Whether patches have one channel or three.', default: 'grey' },
  ),
  features: integer({
    label: 'Features',
    help: 'Units of the hidden layer that tells a face from others.',
    default: 160,
    minimum: 1,
  }),
  activation: activationOption('relu'),
});
type Options = z.output<typeof options>;

/** People with more than 50 images in LFW, so that there is something to learn from. */
const persons = [
  'George_W_Bush',
  'Colin_Powell',
  'Tony_Blair',
  'Donald_Rumsfeld',
  'Gerhard_Schroeder',
  'Ariel_Sharon',
  'Hugo_Chavez',
  'Junichiro_Koizumi',
  'Jean_Chretien',
  'John_Ashcroft',
];

/**
 * The network of DeepID (Sun, Wang and Tang 2014) on 39x31 patches: the weights of the third convolution are shared within
 * regions of 2x2, those of the fourth not at all, and the hidden layer of 160 units sees the third pooling as well as the
 * fourth convolution, so that it judges by two scales.
 */
export const deepid: Preset<Options> = {
  name: 'deepid',
  title: 'DeepID',
  description:
    'Four convolutions on patches of faces, the last two shared in part or not at all, and 160 features that see both of them.',
  published: {
    figure: '97.45% of pairs of LFW, with 60 such networks and joint Bayesian verification',
    source: 'Sun, Wang and Tang, "Deep learning face representation from predicting 10,000 classes", 2014',
    otherData: true,
  },
  options,
  model({ classes, channels, features, activation }) {
    const pool = (id: string) => ({ id, type: 'pool', mode: 'max', size: 2 });
    return {
      version: 1,
      name: 'deepid',
      input: [channels === 'grey' ? 1 : 3, 39, 31],
      layers: [
        { id: 'C1', type: 'conv', filters: 20, kernel: 4, activation },
        pool('P1'),
        { id: 'C2', type: 'conv', filters: 40, kernel: 3, activation },
        pool('P2'),
        { id: 'C3', type: 'local', filters: 60, kernel: 3, region: 2, activation },
        pool('P3'),
        { id: 'C4', type: 'local', filters: 80, kernel: 2, region: 1, activation },
        { id: 'BOTH', type: 'concat', from: ['P3', 'C4'] },
        { id: 'DEEPID', type: 'dense', units: features, activation },
        { id: 'OUT', type: 'dense', units: classes },
      ],
      loss: { type: 'softmax-cross-entropy' },
    };
  },
  trainedWith: { classes: persons.length },
  experiment: startingRecipe(
    {
      name: 'lfw',
      derive: [
        { type: 'classes', keep: persons },
        { type: 'resize', height: 39, width: 31, keep: 'centre' },
        { type: 'grey' },
        { type: 'split', test: 0.2, seed: 1 },
      ],
    },
    { lr: 0.02, epochs: 40 },
  ),
};
