import { z } from 'zod';
import type { AdamCall } from '../../kernels/optimizers/adam.ts';
import { defineOptimizer, epsilon, learningRate, share, weightDecay } from './optimizer.ts';

const fields = {
  lr: learningRate(0.001),
  beta1: share('Beta 1', 'Share of the mean of the gradients that carries over.', 0.9),
  beta2: share('Beta 2', 'Share of the mean of their squares that carries over.', 0.999),
  epsilon: epsilon(),
};

interface Spec {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

function call({ beta1, beta2, epsilon, weightDecay }: Spec, decoupled: boolean): AdamCall {
  return { type: 'adam', beta1, beta2, epsilon, weightDecay, decoupled };
}

/** Kingma and Ba 2015; weight decay goes through the gradient. */
export const adam = defineOptimizer({
  label: 'Adam',
  help: 'Steps of about the same size for every weight, by running means of gradients and of their squares.',
  schema: z.strictObject({ type: z.literal('adam'), ...fields, weightDecay: weightDecay(0) }),
  call: (spec) => call(spec, false),
});

/** Loshchilov and Hutter 2019: weight decay apart from the gradient. */
export const adamw = defineOptimizer({
  label: 'AdamW',
  help: 'Adam with weight decay that is not scaled by the gradients.',
  schema: z.strictObject({ type: z.literal('adamw'), ...fields, weightDecay: weightDecay(0.01) }),
  call: (spec) => call(spec, true),
});
