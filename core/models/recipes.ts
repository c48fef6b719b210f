import { choice } from '../contract/fields.ts';
import type { ActivationName } from '../kernels/activations.ts';
import { activationLabels } from '../layers/layer.ts';
import type { Preset } from './preset.ts';

/** The `activation` option of a preset: f of every layer with weights but the last. */
export const activationOption = (published: ActivationName) =>
  choice<ActivationName>(activationLabels, {
    label: 'Activation',
    help: 'Of every layer with weights but the last.',
    default: published,
  });

type Experiment = Preset['experiment'];

/** What presets start from where their paper leaves a setting open; a tenth of the training set is held out. */
export function startingRecipe(
  dataset: Experiment['dataset'],
  train: Partial<Experiment['train']> & { readonly lr: number },
): Experiment {
  const { lr, ...rest } = train;
  return {
    dataset: { validation: 0.1, preprocess: [{ type: 'standardize' }], augment: [], ...dataset },
    train: {
      epochs: 20,
      batchSize: 64,
      optimizer: { type: 'sgd', lr, momentum: 0.9, weightDecay: 0.0005 },
      schedule: { type: 'cosine', final: 0.01 },
      select: { metric: 'validation/accuracy', direction: 'max' },
      ...rest,
    },
    seeds: [1],
    backend: 'auto',
  };
}
