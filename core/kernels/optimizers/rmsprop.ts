import { z } from 'zod';
import { type OptimizerRule, updateKernel } from './rule.ts';

const attributes = z.strictObject({
  rate: z.number().nonnegative(),
  share: z.number().min(0).max(1),
  epsilon: z.number().positive(),
  momentum: z.number().nonnegative(),
  weightDecay: z.number().nonnegative(),
});

export interface RmspropCall {
  readonly type: 'rmsprop';
  /** Share of the mean square that carries over. */
  readonly share: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

const usual = { rate: 0.01, share: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 };

/** RMSprop (Tieleman and Hinton 2012), as PyTorch has it. */
const kernel = updateKernel({
  name: 'rmsprop.update',
  states: ['square', 'velocity'],
  positive: ['square'],
  attributes,
  // s = a s + (1 - a) g^2; u = mu u + g / (sqrt(s) + epsilon); w = w - eta u
  step([w, g, s, u], [wNext, sNext, uNext], i, { rate, share, epsilon, momentum, weightDecay }) {
    const slope = g![i]! + weightDecay * w![i]!;
    const square = share * s![i]! + (1 - share) * slope * slope;
    const speed = momentum * u![i]! + slope / (Math.sqrt(square) + epsilon);
    sNext![i] = square;
    uNext![i] = speed;
    wNext![i] = w![i]! - rate * speed;
  },
  cases: [
    { name: 'plain', attributes: usual },
    { name: 'momentum and weight decay', attributes: { ...usual, momentum: 0.9, weightDecay: 0.01 } },
  ],
});

export const rmsprop: OptimizerRule<RmspropCall> = {
  kernel,
  states: ['square', 'velocity'],
  attributes: ({ type: _, weightDecay, ...call }, { rate, decays }) => ({
    ...call,
    rate,
    weightDecay: decays ? weightDecay : 0,
  }),
};
