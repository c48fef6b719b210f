import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields } from '../contract/fields.ts';
import type { Plan } from '../graph/plan.ts';

/** What a model is trained to make small. */
export interface Loss {
  readonly label: string;
  readonly help: string;
  readonly schema: z.ZodObject;
  /** Name of the kernel that computes it with its gradient. */
  readonly kernel: string;
  readonly target: Plan['target'];
  /** Layer types that must not come straight before it, and why. */
  readonly refuses: Readonly<Record<string, string>>;
}

const softmaxCrossEntropy: Loss = {
  label: 'Softmax cross-entropy',
  help: 'Mean over the batch of minus the logarithm of the probability given to the right class; the outputs are logits.',
  schema: z.strictObject({ type: z.literal('softmax-cross-entropy') }),
  kernel: 'softmax-cross-entropy',
  target: 'labels',
  refuses: {
    softmax: 'the loss applies softmax itself, so the layer would apply it twice; leave the layer out',
  },
};

const mse: Loss = {
  label: 'Squared error',
  help: 'Mean over the batch of half the squared distance to the one-hot target (4).',
  schema: z.strictObject({ type: z.literal('mse') }),
  kernel: 'mse',
  target: 'one-hot',
  refuses: {},
};

/** Every loss by the type that a model names. */
export const losses: ReadonlyMap<string, Loss> = new Map([
  ['softmax-cross-entropy', softmaxCrossEntropy],
  ['mse', mse],
]);

/** For the window's forms. */
export const lossDescriptors: readonly VariantDescriptor[] = [...losses].map(
  ([type, { label, help, schema }]) => ({ type, label, help, fields: describeFields(schema) }),
);
