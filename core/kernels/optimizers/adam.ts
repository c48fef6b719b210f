import { z } from 'zod';
import { type OptimizerRule, updateKernel } from './rule.ts';

const attributes = z.strictObject({
  rate: z.number().nonnegative(),
  step: z.int().positive(),
  beta1: z.number().min(0).max(1),
  beta2: z.number().min(0).max(1),
  epsilon: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  decoupled: z.boolean(),
});

export interface AdamCall {
  readonly type: 'adam';
  /** Shares of the mean and of the mean square that carry over. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Weight decay apart from the gradient (AdamW; Loshchilov and Hutter 2019). */
  readonly decoupled: boolean;
}

const usual = {
  rate: 0.01,
  step: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
};

/** Adam (Kingma and Ba 2015) and AdamW, as PyTorch has them. */
const kernel = updateKernel({
  name: 'adam.update',
  states: ['first', 'second'],
  positive: ['second'],
  attributes,
  // m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
  // w = w - eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
  step([w, g, m, v], [wNext, mNext, vNext], i, given) {
    const { rate, step, beta1, beta2, epsilon, weightDecay, decoupled } = given;
    const weight = decoupled ? w![i]! * (1 - rate * weightDecay) : w![i]!;
    const slope = decoupled ? g![i]! : g![i]! + weightDecay * w![i]!;
    const first = beta1 * m![i]! + (1 - beta1) * slope;
    const second = beta2 * v![i]! + (1 - beta2) * slope * slope;
    mNext![i] = first;
    vNext![i] = second;
    const size = Math.sqrt(second / (1 - beta2 ** step)) + epsilon;
    wNext![i] = weight - (rate * (first / (1 - beta1 ** step))) / size;
  },
  cases: [
    { name: 'the first step', attributes: usual },
    { name: 'a later step', attributes: { ...usual, step: 1000 } },
    { name: 'weight decay', attributes: { ...usual, step: 7, weightDecay: 0.1 } },
    { name: 'decoupled weight decay', attributes: { ...usual, step: 7, weightDecay: 0.1, decoupled: true } },
  ],
});

export const adam: OptimizerRule<AdamCall> = {
  kernel,
  states: ['first', 'second'],
  attributes: ({ type: _, weightDecay, ...call }, { rate, step, decays }) => ({
    ...call,
    rate,
    step,
    weightDecay: decays ? weightDecay : 0,
  }),
};
