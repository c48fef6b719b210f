import { z } from 'zod';
import type { Kernel } from './kernel.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({
  share: z.number().min(0).max(1),
  /** Bessel's correction where a variance was observed: n / (n - 1); else 1. */
  factor: z.number().positive(),
});
type Attributes = z.infer<typeof attributes>;

/**
 * One step of a running average: what a parameter with the update `average` gets in the place of the optimizer's. A plan
 * does not list this call, `Program.train` makes it after a finite step. The output is the input's next state, in the
 * same place. Inputs: value, observed. Outputs: value.
 */
export const averageUpdate: Kernel<Attributes> = {
  name: 'average.update',
  inputs: [
    { name: 'value', role: 'parameter' },
    { name: 'observed', role: 'gradient' },
  ],
  outputs: [{ name: 'value', role: 'parameter' }],
  attributes,
  shapes: ([value]) => [required(value, 'value')],
  reference([value, observed], [next], { share, factor }) {
    const from = required(value, 'value').data;
    const shown = required(observed, 'observed').data;
    const to = required(next, 'value').data;
    for (let i = 0; i < from.length; i++) to[i] = from[i]! + share * (factor * shown[i]! - from[i]!);
  },
  cases: [
    { share: 0.1, factor: 1 },
    { share: 0.1, factor: 64 / 63 },
    { share: 0, factor: 1 },
    { share: 1, factor: 2 },
  ].flatMap((chosen) =>
    [[1], [17], [5, 5]].map((shape) => ({
      name: `share ${chosen.share}, factor ${chosen.factor.toFixed(2)}, ${shape.join('x')}`,
      batch: 1,
      attributes: chosen,
      inputs: [shape, shape],
    })),
  ),
};

/** n / (n - 1) for n observations of a variance; 1 for a mean, or where one observation leaves nothing to correct. */
export function besselFactor(observations: number | undefined, samples: number): number {
  const n = (observations ?? 0) * samples;
  return n > 1 ? n / (n - 1) : 1;
}
