import type { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { describeFields, number } from '../../contract/fields.ts';
import type { OptimizerCall } from '../../kernels/optimizers/index.ts';

/** One entry of the choice `train.optimizer`: its form, and what it comes to on a device. */
export interface Optimizer extends VariantDescriptor {
  readonly schema: z.ZodType<{ type: string; lr: number }>;
  call(spec: { type: string }): OptimizerCall;
}

/** Keeps an optimizer's own type inside its file, and gives the registry one it can hold. */
export function defineOptimizer<S extends z.ZodObject>(definition: {
  readonly label: string;
  readonly help: string;
  readonly schema: S;
  call(spec: z.output<S>): OptimizerCall;
}): Optimizer {
  const { label, help, schema, call } = definition;
  return {
    type: (schema.shape.type as unknown as z.ZodLiteral<string>).value,
    label,
    help,
    fields: describeFields(schema),
    schema: schema as unknown as Optimizer['schema'],
    call: (spec) => call(spec as z.output<S>),
  };
}

export const learningRate = (usual: number) =>
  number({
    label: 'Learning rate',
    help: 'Size of a step against the gradient; the schedule multiplies it.',
    default: usual,
    minimum: 0,
  });

export const momentum = (usual: number) =>
  number({
    label: 'Momentum',
    help: 'Share of the last step that carries over into the next.',
    default: usual,
    minimum: 0,
    maximum: 1,
  });

export const weightDecay = (usual: number) =>
  number({
    label: 'Weight decay',
    help: 'Pull of every weight (not bias) towards zero, as a factor on the weight.',
    default: usual,
    minimum: 0,
  });

export const epsilon = () =>
  number({
    label: 'Epsilon',
    help: 'Added to the root of the mean square, so that nothing is divided by zero.',
    default: 1e-8,
    minimum: 1e-30,
  });

/** Share of a running mean that carries over, below 1. */
export const share = (label: string, help: string, usual: number) =>
  number({ label, help, default: usual, minimum: 0, maximum: 0.999999 });
