import { z } from 'zod';
import { type OptimizerRule, updateKernel } from './rule.ts';

const attributes = z.strictObject({
  rate: z.number().nonnegative(),
  momentum: z.number().nonnegative(),
  nesterov: z.boolean(),
  weightDecay: z.number().nonnegative(),
});

export interface SgdCall {
  readonly type: 'sgd';
  readonly momentum: number;
  /** Looks ahead along the velocity (Sutskever et al. 2013, as PyTorch has it); not where left out. */
  readonly nesterov?: boolean;
  readonly weightDecay: number;
}

const usual = { rate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 };

/** Gradient descent with momentum, as PyTorch defines it. */
const kernel = updateKernel({
  name: 'sgd.update',
  states: ['velocity'],
  attributes,
  // v = mu v + (g + lambda w); (7), (8): w = w - eta v, which without momentum and decay is the lecture's own.
  // Nesterov: w = w - eta ((g + lambda w) + mu v)
  step([w, g, v], [wNext, vNext], i, { rate, momentum, nesterov, weightDecay }) {
    const slope = g![i]! + weightDecay * w![i]!;
    const speed = momentum * v![i]! + slope;
    vNext![i] = speed;
    wNext![i] = w![i]! - rate * (nesterov ? slope + momentum * speed : speed);
  },
  cases: [
    { name: 'plain descent', attributes: { ...usual, momentum: 0 } },
    { name: 'momentum', attributes: usual },
    { name: 'momentum and weight decay', attributes: { ...usual, rate: 0.01, weightDecay: 0.0005 } },
    { name: 'a rate of zero', attributes: { ...usual, rate: 0, weightDecay: 0.1 } },
    { name: 'Nesterov', attributes: { ...usual, nesterov: true, weightDecay: 0.01 } },
  ],
});

export const sgd: OptimizerRule<SgdCall> = {
  kernel,
  states: ['velocity'],
  attributes: ({ momentum, nesterov = false, weightDecay }, { rate, decays }) => ({
    rate,
    momentum,
    nesterov,
    weightDecay: decays ? weightDecay : 0,
  }),
};
