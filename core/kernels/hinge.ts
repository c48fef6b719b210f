import { z } from 'zod';
import type { Kernel } from './kernel.ts';
import { lossCases, lossInputs, lossOutputs, targetReader } from './losses.ts';
import { required } from './shape.ts';

export const hingeRule = z.enum(['multi-class', 'one-vs-rest']);
const attributes = z.strictObject({
  rule: hingeRule,
  /** How far the right side must be ahead for no loss. */
  margin: z.number().positive(),
});
type Attributes = z.infer<typeof attributes>;

/**
 * What support vector machines make small; y are scores.
 * - multi-class (Weston and Watkins 1999): J = sum over c of t_c sum over j other than c of max(0, margin + y_j - y_c):
 *   with a label, every other class that comes too near to it.
 * - one-vs-rest: J = sum over j of t_j max(0, margin - y_j) + (1 - t_j) max(0, margin + y_j): every class against all
 *   others, as the classifiers of R-CNN.
 * Inputs: y, target. Outputs: losses, dY.
 */
export const hinge: Kernel<Attributes> = {
  name: 'hinge',
  inputs: lossInputs,
  outputs: lossOutputs,
  attributes,
  shapes: ([y]) => [[], required(y, 'y')],
  // The slope of max(0, z) is 1 where z > 0, and 0 at the kink itself.
  reference([y, target], [losses, dY], { rule, margin }, batch) {
    const { data } = required(y, 'y');
    const classes = data.length / batch;
    const targetOf = targetReader(required(target, 'target'), classes);
    dY?.data.fill(0);
    for (let n = 0; n < batch; n++) {
      const start = n * classes;
      let loss = 0;
      /** Adds weight max(0, margin + y_up - y_down), where either may be left out. */
      const add = (weight: number, up: number | null, down: number | null) => {
        const excess =
          margin + (up === null ? 0 : data[start + up]!) - (down === null ? 0 : data[start + down]!);
        if (weight === 0 || excess <= 0) return;
        loss += weight * excess;
        if (dY && up !== null) dY.data[start + up]! += weight / batch;
        if (dY && down !== null) dY.data[start + down]! -= weight / batch;
      };
      for (let c = 0; c < classes; c++) {
        const t = targetOf(n, c);
        if (rule === 'one-vs-rest') {
          add(t, null, c);
          add(1 - t, c, null);
        } else {
          for (let j = 0; j < classes; j++) if (j !== c) add(t, j, c);
        }
      }
      required(losses, 'losses').data[n] = loss;
    }
  },
  cases: hingeRule.options.flatMap((rule) =>
    lossCases({ rule, margin: 0.8 }).map((of) => ({ ...of, name: `${rule}, ${of.name}` })),
  ),
};
