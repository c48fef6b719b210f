import { z } from 'zod';
import { boolean } from '../../contract/fields.ts';
import { defineOptimizer, learningRate, momentum, weightDecay } from './optimizer.ts';

/** v = mu v + (g + lambda w); w -= lr v, as in PyTorch; (7), (8) where momentum and decay are 0. */
export const sgd = defineOptimizer({
  label: 'Gradient descent with momentum',
  help: 'Stochastic gradient descent on batches, with momentum and weight decay.',
  schema: z.strictObject({
    type: z.literal('sgd'),
    lr: learningRate(0.1),
    momentum: momentum(0.9),
    nesterov: boolean({
      label: 'Nesterov',
      help: 'Takes the gradient’s step from where the momentum is about to lead.',
      default: false,
    }),
    weightDecay: weightDecay(0),
  }),
  call: ({ lr: _, ...rest }) => rest,
});
