import { z } from 'zod';
import { defineOptimizer, epsilon, learningRate, momentum, share, weightDecay } from './optimizer.ts';

/** Tieleman and Hinton 2012, with the options that PyTorch gives it. */
export const rmsprop = defineOptimizer({
  label: 'RMSprop',
  help: 'Divides every gradient by the root of a running mean of its squares.',
  schema: z.strictObject({
    type: z.literal('rmsprop'),
    lr: learningRate(0.001),
    share: share('Memory', 'Share of the mean square that carries over.', 0.99),
    epsilon: epsilon(),
    momentum: momentum(0),
    weightDecay: weightDecay(0),
  }),
  call: ({ lr: _, ...rest }) => rest,
});
