import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields, number } from '../contract/fields.ts';

/** v = mu v + (g + lambda w); w -= lr v, as in PyTorch; (7), (8) where momentum and decay are 0. */
const sgd = z.strictObject({
  type: z.literal('sgd'),
  lr: number({
    label: 'Learning rate',
    help: 'Size of a step against the gradient; the schedule multiplies it.',
    default: 0.1,
    minimum: 0,
  }),
  momentum: number({
    label: 'Momentum',
    help: 'Share of the last step that carries over into the next.',
    default: 0.9,
    minimum: 0,
    maximum: 1,
  }),
  weightDecay: number({
    label: 'Weight decay',
    help: 'Pull of every weight (not bias) towards zero, as a factor on the weight.',
    default: 0,
    minimum: 0,
  }),
});

/** `train.optimizer`, defaults filled in. */
export const optimizerSchema = z.discriminatedUnion('type', [sgd]);
export type OptimizerSpec = z.output<typeof optimizerSchema>;

/** For the window's forms. */
export const optimizerDescriptors: readonly VariantDescriptor[] = [
  {
    type: 'sgd',
    label: 'Gradient descent with momentum',
    help: 'Stochastic gradient descent on batches, with momentum and weight decay.',
    fields: describeFields(sgd),
  },
];
