import { z } from 'zod';
import { sourceSchema } from '../sources/index.ts';
import { derivationSchema } from './index.ts';

/** The part of an experiment's `dataset` that says which samples there are, before anything is trained on them. */
export const referenceShape = {
  /** A data set's name; with `source` whatever the user calls it. */
  name: z.string().min(1),
  source: sourceSchema.optional(),
  derive: z.array(derivationSchema).default([]),
};
const reference = z.object(referenceShape);

/** With every default filled in. */
export type Reference = z.output<typeof reference>;

/** As a run's configuration holds it; one written before there were derivations has none of either. */
export type ReferenceInput = z.input<typeof reference>;

/** Fills in what is left out. Throws `spec.invalid` for what an experiment would have been refused for. */
export function completeReference(input: ReferenceInput): Reference {
  return reference.parse(input);
}
