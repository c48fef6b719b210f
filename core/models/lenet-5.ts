import { z } from 'zod';
import { boolean, choice } from '../contract/fields.ts';
import type { Preset } from './preset.ts';

const options = z.strictObject({
  activation: choice(
    { sigmoid: 'Sigmoid', tanh: 'Tanh', relu: 'ReLU', 'scaled-tanh': 'LeCun’s 1.7159 tanh(2x/3)' },
    {
      label: 'Activation',
      help: 'Of every layer but the last. The lecture compares sigmoid and ReLU.',
      default: 'sigmoid',
    },
  ),
  pooling: choice(
    { mean: 'Mean', max: 'Maximum' },
    { label: 'Pooling', help: 'How S2 and S4 halve their maps.', default: 'mean' },
  ),
  loss: choice(
    { 'softmax-cross-entropy': 'Softmax cross-entropy', mse: 'Squared error (4)' },
    { label: 'Loss', help: 'What training makes small.', default: 'softmax-cross-entropy' },
  ),
  subsampling: choice(
    { plain: 'Plain', trained: 'With a gain and bias for each map, and f' },
    {
      label: 'Subsampling',
      help: 'Whether S2 and S4 only pool, or have what the original trains in them.',
      default: 'plain',
    },
  ),
  output: choice(
    { dense: 'Dense', rbf: 'Radial basis functions' },
    {
      label: 'Output',
      help: 'A dense layer, or as in the original the distances of F6 to ten digits drawn in 7x12 pixels.',
      default: 'dense',
    },
  ),
  fullConnection: boolean({
    label: 'Full connection',
    help: 'Every map of C3 reads every map of S2, instead of those in LeCun’s table.',
    default: false,
  }),
});
type Options = z.output<typeof options>;

/** S2 and S4: plain pooling, or LeCun's with a gain and a bias for each map, and f. */
function subsampling(id: string, { pooling, activation, subsampling }: Options): object {
  const own = subsampling === 'trained' && { gain: true, bias: true, activation };
  return { id, type: 'pool', mode: pooling, size: 2, ...own };
}

/** Against one-hot targets (4) sigmoid units keep f on the output too, as in (5); elsewhere the outputs are linear. */
function outputLayer({ output, loss, activation }: Options): object {
  if (output === 'rbf') return { id: 'OUT', type: 'rbf', units: 10 };
  return {
    id: 'OUT',
    type: 'dense',
    units: 10,
    ...(loss === 'mse' && activation === 'sigmoid' && { activation }),
  };
}

/** LeNet-5 (LeCun et al. 1998), the lecture's first application, on 28x28 digits centred in 32x32. */
export const lenet5: Preset<Options> = {
  name: 'lenet-5',
  title: 'LeNet-5',
  description:
    'Two convolutions with pooling and three dense layers on handwritten digits, with the connection table of the original between S2 and C3.',
  published: {
    figure: '99.05% (0.95% error) on the MNIST test set, without distortions',
    source:
      'LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998',
  },
  options,
  model: (chosen) => ({
    version: 1,
    name: 'lenet-5',
    input: [1, 32, 32],
    layers: [
      { id: 'C1', type: 'conv', filters: 6, kernel: 5, activation: chosen.activation },
      subsampling('S2', chosen),
      {
        id: 'C3',
        type: 'conv',
        filters: 16,
        kernel: 5,
        ...(!chosen.fullConnection && { connections: 'lenet-5-c3' }),
        activation: chosen.activation,
      },
      subsampling('S4', chosen),
      { id: 'C5', type: 'dense', units: 120, activation: chosen.activation },
      { id: 'F6', type: 'dense', units: 84, activation: chosen.activation },
      outputLayer(chosen),
    ],
    loss: { type: chosen.loss },
  }),
  experiment: {
    dataset: {
      name: 'mnist',
      validation: 5000,
      preprocess: [{ type: 'standardize' }],
      augment: [],
    },
    train: {
      epochs: 20,
      batchSize: 64,
      // One rate for every activation, so that a comparison differs in one key: ReLU grows unstable above 0.1, and sigmoid,
      // whose gradients are smaller, still learns at it.
      optimizer: { type: 'sgd', lr: 0.07, momentum: 0.9, weightDecay: 0 },
      schedule: { type: 'cosine', final: 0.01 },
      select: { metric: 'validation/accuracy', direction: 'max' },
    },
    seeds: [1],
    backend: 'auto',
  },
};
