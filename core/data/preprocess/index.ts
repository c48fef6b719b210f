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

const [first, ...rest] = steps.map((step) => step.schema);
/** One entry of `dataset.preprocess`, read by its own type's schema: defaults filled in, unknown keys refused. */
export const preprocessSchema = z.union([first as z.ZodType<{ type: string }>, ...rest]);
export type PreprocessSpec = z.output<typeof preprocessSchema>;

/** For the window's form. */
export const preprocessDescriptors: readonly VariantDescriptor[] = steps.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
