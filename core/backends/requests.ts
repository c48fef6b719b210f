import { ConvolabError } from '../contract/errors.ts';
import type { Plan } from '../graph/plan.ts';
import { elements } from '../kernels/shape.ts';

/** What a program answers where it is asked for something that does not fit. */
export function invalid(message: string, subject: string): ConvolabError {
  return new ConvolabError('argument.invalid', message, { subject });
}

/** Outputs of the last layer. */
export const classesOf = (plan: Plan): number => elements(plan.values[plan.outputValue]?.shape ?? []);

/** @throws `argument.invalid` naming the first label that is none of the model's outputs */
export function checkLabels(plan: Plan, labels: Int32Array, subject: string): void {
  const outputs = classesOf(plan);
  const stray = labels.findIndex((label) => label < 0 || label >= outputs);
  if (stray < 0) return;
  throw invalid(
    `Sample ${stray} of ${subject} has label ${labels[stray]}, but the model has ${outputs} outputs.`,
    subject,
  );
}

/** @throws `argument.invalid` for a plan that forgets its values */
export function checkRetained({ retained, name }: Plan): void {
  if (!retained) throw invalid('A probe needs a plan compiled with `retain`.', name);
}
