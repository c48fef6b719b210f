import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { scale } from './scale.ts';
import { standardize } from './standardize.ts';
import type { PreprocessStep } from './step.ts';

/** Every kind of preprocessing there is: one line each. */
const steps: readonly PreprocessStep[] = [standardize, scale];

export const preprocessSteps: ReadonlyMap<string, PreprocessStep> = new Map(
  steps.map((step) => [step.type, step]),
);

/** One entry of `dataset.preprocess`, read by its own type's schema: defaults filled in, unknown keys refused. */
export const preprocessSchema = z.looseObject({ type: z.string() }).transform((raw, context) => {
  const step = preprocessSteps.get(raw.type);
  if (!step) {
    const known = [...preprocessSteps.keys()].join(', ');
    context.issues.push({
      code: 'custom',
      input: raw,
      path: ['type'],
      message: `unknown type "${raw.type}"; known: ${known}`,
    });
    return z.NEVER;
  }
  const parsed = step.schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: raw });
  return z.NEVER;
});
export type PreprocessSpec = z.output<typeof preprocessSchema>;

/** For the window's form. */
export const preprocessDescriptors: readonly VariantDescriptor[] = steps.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
