import { z } from 'zod';
import { boolean, choice, field, integer, number } from '../contract/fields.ts';
import type { Preset } from './preset.ts';
import { activationOption, startingRecipe } from './recipes.ts';

const options = z.strictObject({
  classes: integer({ label: 'Classes', help: 'Outputs of the last layer.', default: 1000, minimum: 1 }),
  scale: number({
    label: 'Scale',
    help: 'Factor on the number of maps and hidden units; 1 is the paper’s.',
    default: 1,
    minimum: 0.02,
    maximum: 1,
  }),
  input: choice(
    { large: '227x227, first kernels 11x11 with stride 4', small: '32x32, first kernels 5x5' },
    {
      label: 'Input',
      help: 'Size of the images, and the first convolution that suits it; the rest is the same.',
      default: 'large',
    },
  ),
  activation: activationOption('relu'),
  normalisation: boolean({
    label: 'Local response normalisation',
    help: 'After the first two convolutions (28).',
    default: true,
  }),
  overlapping: boolean({
    label: 'Overlapping pooling',
    help: 'Windows of 3 with stride 2; else of 2 with stride 2.',
    default: true,
  }),
  dropout: field<number>(z.number().min(0).lt(1), {
    label: 'Dropout',
    help: 'Rate of both hidden dense layers; 0 leaves dropout out.',
    kind: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
  }),
});
type Options = z.output<typeof options>;

/**
 * AlexNet (Krizhevsky, Sutskever and Hinton 2012): the lecture's five ideas as options, with the two halves that lived on
 * two GPUs as groups. Weights start as everywhere here, not from the paper's fixed deviation of 0.01.
 */
export const alexnet: Preset<Options> = {
  name: 'alexnet',
  title: 'AlexNet',
  description:
    'Five convolutions in two groups with local response normalisation and overlapping pooling, and three dense layers with dropout.',
  published: {
    figure: 'Top-1 62.5%, top-5 83.0% (errors 37.5% and 17.0%) on the ILSVRC-2010 test set',
    source:
      'Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012',
    otherData: true,
  },
  options,
  model(chosen) {
    const large = chosen.input === 'large';
    return {
      version: 1,
      name: 'alexnet',
      input: large ? [3, 227, 227] : [3, 32, 32],
      layers: [...convolutions(chosen, large), ...classifier(chosen)],
      loss: { type: 'softmax-cross-entropy' },
    };
  },
  trainedWith: { classes: 10, scale: 0.25, input: 'small' },
  experiment: startingRecipe({ name: 'cifar-10', validation: 5000 }, { lr: 0.01 }),
};

/** Even, so that two groups divide it. */
const maps = (count: number, scale: number) => Math.max(2, 2 * Math.round((count * scale) / 2));

function convolutions({ scale, activation, normalisation, overlapping }: Options, large: boolean): object[] {
  const conv = (id: string, filters: number, kernel: number, more: object = {}) => ({
    id,
    type: 'conv',
    filters: maps(filters, scale),
    kernel,
    ...more,
    activation,
  });
  const pool = (id: string) => ({ id, type: 'pool', mode: 'max', size: overlapping ? 3 : 2, stride: 2 });
  const lrn = (id: string) => (normalisation ? [{ id, type: 'lrn' }] : []);
  return [
    large ? conv('C1', 96, 11, { stride: 4 }) : conv('C1', 96, 5, { pad: 2 }),
    ...lrn('R1'),
    pool('P1'),
    conv('C2', 256, 5, { pad: 2, groups: 2 }),
    ...lrn('R2'),
    pool('P2'),
    conv('C3', 384, 3, { pad: 1 }),
    conv('C4', 384, 3, { pad: 1, groups: 2 }),
    conv('C5', 256, 3, { pad: 1, groups: 2 }),
    pool('P5'),
  ];
}

function classifier({ classes, scale, activation, dropout }: Options): object[] {
  const hidden = (id: string) => ({ id, type: 'dense', units: maps(4096, scale), activation });
  const drop = (id: string) => (dropout > 0 ? [{ id, type: 'dropout', rate: dropout }] : []);
  return [
    hidden('F6'),
    ...drop('D6'),
    hidden('F7'),
    ...drop('D7'),
    { id: 'F8', type: 'dense', units: classes },
  ];
}
