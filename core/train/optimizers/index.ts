import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import type { OptimizerCall } from '../../kernels/optimizers/index.ts';
import { adam, adamw } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

/** Every optimizer there is: one line each. */
const optimizers: readonly Optimizer[] = [sgd, adam, adamw, rmsprop];

const [first, ...rest] = optimizers.map(({ schema }) => schema);
/** `train.optimizer`, defaults filled in. */
export const optimizerSchema = z.union([first as Optimizer['schema'], ...rest]);
export type OptimizerSpec = z.output<typeof optimizerSchema>;

/** What a device is told; the learning rate comes with each step. */
export function optimizerCall(spec: OptimizerSpec): OptimizerCall {
  // Parsing has found the type among those known.
  return (optimizers.find(({ type }) => type === spec.type) as Optimizer).call(spec);
}

/** For the window's forms. */
export const optimizerDescriptors: readonly VariantDescriptor[] = optimizers.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
