import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import type { Derivation } from './step.ts';
import { classes } from './steps/classes.ts';
import { contrast } from './steps/contrast.ts';
import { grey } from './steps/grey.ts';
import { pairs } from './steps/pairs.ts';
import { patches } from './steps/patches.ts';
import { resize } from './steps/resize.ts';
import { samples } from './steps/samples.ts';
import { scenes } from './steps/scenes.ts';
import { split } from './steps/split.ts';
import { unlabelled } from './steps/unlabelled.ts';
import { width } from './steps/width.ts';
import { zca } from './steps/zca.ts';

/** Every kind of step of `dataset.derive` there is: one line each, in the order of the window's list. */
const steps: readonly (Derivation & VariantDescriptor)[] = [
  classes,
  samples,
  split,
  resize,
  grey,
  width,
  contrast,
  zca,
  patches,
  pairs,
  scenes,
  unlabelled,
];

export const derivations: ReadonlyMap<string, Derivation> = new Map(steps.map((step) => [step.type, step]));

const [first, ...rest] = steps.map(({ schema }) => schema as unknown as z.ZodType<{ type: string }>);
/** One entry of `dataset.derive`, read by its own type's schema: defaults filled in, unknown keys refused. */
export const derivationSchema = z.union([first as z.ZodType<{ type: string }>, ...rest]);
export type DerivationSpec = z.output<typeof derivationSchema>;

/** For the window's form. */
export const derivationDescriptors: readonly VariantDescriptor[] = steps.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
