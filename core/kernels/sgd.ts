import { z } from 'zod';
import type { Kernel } from './kernel.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({
  rate: z.number().nonnegative(),
  momentum: z.number().nonnegative(),
  /** 0 for biases. */
  weightDecay: z.number().nonnegative(),
});
type Attributes = z.infer<typeof attributes>;

/**
 * One step of gradient descent with momentum, as PyTorch defines it. The outputs are the inputs' next state, in the
 * same place: a plan does not list this call, `Program.train` makes it for every parameter after a finite step.
 * Inputs: weight, gradient, velocity. Outputs: weight, velocity.
 */
export const sgdUpdate: Kernel<Attributes> = {
  name: 'sgd.update',
  inputs: [
    { name: 'weight', role: 'parameter' },
    { name: 'gradient', role: 'gradient' },
    { name: 'velocity', role: 'parameter' },
  ],
  outputs: [
    { name: 'weight', role: 'parameter' },
    { name: 'velocity', role: 'parameter' },
  ],
  attributes,
  shapes: ([weight]) => [required(weight, 'weight'), required(weight, 'weight')],
  // v = mu v + (g + lambda w); (7), (8): w = w - eta v, which without momentum and decay is the lecture's own
  reference([weight, gradient, velocity], [nextWeight, nextVelocity], { rate, momentum, weightDecay }) {
    const w = required(weight, 'weight').data;
    const g = required(gradient, 'gradient').data;
    const v = required(velocity, 'velocity').data;
    const wNext = required(nextWeight, 'weight').data;
    const vNext = required(nextVelocity, 'velocity').data;
    for (let i = 0; i < w.length; i++) {
      const speed = momentum * v[i]! + g[i]! + weightDecay * w[i]!;
      vNext[i] = speed;
      wNext[i] = w[i]! - rate * speed;
    }
  },
  cases: [
    { name: 'plain descent', attributes: { rate: 0.1, momentum: 0, weightDecay: 0 } },
    { name: 'momentum', attributes: { rate: 0.1, momentum: 0.9, weightDecay: 0 } },
    { name: 'momentum and weight decay', attributes: { rate: 0.01, momentum: 0.9, weightDecay: 0.0005 } },
    { name: 'a rate of zero', attributes: { rate: 0, momentum: 0.9, weightDecay: 0.1 } },
  ].flatMap(({ name, attributes }) =>
    [[1], [17], [6, 1, 5, 5], [10, 84]].map((shape) => ({
      name: `${name}, ${shape.join('x')}`,
      batch: 1,
      attributes,
      inputs: [shape, shape, shape],
    })),
  ),
};
