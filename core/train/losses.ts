import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { choice, describeFields, number } from '../contract/fields.ts';
import type { Plan } from '../graph/plan.ts';
import type { LayerSpec } from '../layers/layer.ts';

/** What a model is trained to make small. */
export interface Loss {
  readonly label: string;
  readonly help: string;
  readonly schema: z.ZodObject;
  /** Name of the kernel that computes it with its gradient; the fields of the schema are its attributes. */
  readonly kernel: string;
  readonly target: Plan['target'];
  /** Why a layer must not come straight before it; undefined where it may. */
  refuses?(last: LayerSpec & { readonly activation?: unknown; readonly fn?: unknown }): string | undefined;
  /** Slopes jump, so that a finite difference across a kink means nothing. */
  readonly kinked?: true;
}

const softmaxCrossEntropy: Loss = {
  label: 'Softmax cross-entropy',
  help: 'Mean over the batch of minus the logarithm of the probability given to the right class; the outputs are logits.',
  schema: z.strictObject({
    type: z.literal('softmax-cross-entropy'),
    smoothing: number({
      label: 'Label smoothing',
      help: 'Share of the target that is spread evenly over all classes, so that outputs do not grow without end.',
      default: 0,
      minimum: 0,
      maximum: 1,
    }),
  }),
  kernel: 'softmax-cross-entropy',
  target: 'labels',
  refuses: ({ type }) =>
    type === 'softmax'
      ? 'the loss applies softmax itself, so the layer would apply it twice; leave the layer out'
      : undefined,
};

const mse: Loss = {
  label: 'Squared error',
  help: 'Mean over the batch of half the squared distance to the one-hot target (4).',
  schema: z.strictObject({ type: z.literal('mse') }),
  kernel: 'mse',
  target: 'one-hot',
  refuses: ({ type }) =>
    type === 'rbf' ? 'its outputs are distances, which no target says; use softmax cross-entropy' : undefined,
};

const binaryCrossEntropy: Loss = {
  label: 'Binary cross-entropy',
  help: 'Every output a yes or no of its own: the mean over the batch of the sum of their cross-entropies; the outputs are logits.',
  schema: z.strictObject({ type: z.literal('binary-cross-entropy') }),
  kernel: 'binary-cross-entropy',
  target: 'one-hot',
  refuses: ({ activation, fn }) =>
    (activation ?? fn) === 'sigmoid'
      ? 'the loss applies sigmoid itself, so it would be applied twice; make the layer linear'
      : undefined,
};

const hinge: Loss = {
  label: 'Hinge',
  help: 'What support vector machines make small: nothing once the right class is ahead by the margin; the outputs are scores.',
  schema: z.strictObject({
    type: z.literal('hinge'),
    rule: choice(
      { 'multi-class': 'Multi-class', 'one-vs-rest': 'One against the rest' },
      {
        label: 'Rule',
        help: 'Whether every other class is compared with the right one, or each class is a yes or no of its own.',
        default: 'multi-class',
      },
    ),
    margin: number({
      label: 'Margin',
      help: 'How far the right side must be ahead for no loss.',
      default: 1,
      minimum: 1e-6,
    }),
  }),
  kernel: 'hinge',
  target: 'labels',
  kinked: true,
};

/** Every loss by the type that a model names. */
export const losses: ReadonlyMap<string, Loss> = new Map([
  ['softmax-cross-entropy', softmaxCrossEntropy],
  ['mse', mse],
  ['binary-cross-entropy', binaryCrossEntropy],
  ['hinge', hinge],
]);

/** For the window's forms. */
export const lossDescriptors: readonly VariantDescriptor[] = [...losses].map(
  ([type, { label, help, schema }]) => ({ type, label, help, fields: describeFields(schema) }),
);
