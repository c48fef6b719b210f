import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields, field, number } from '../contract/fields.ts';
import type { InitializerCall } from '../graph/plan.ts';
import type { ActivationName } from '../kernels/activations.ts';

/** A rule for initial weights: uniform in [-bound, bound), around 0 unless it names another middle. */
interface Initializer {
  readonly label: string;
  readonly help: string;
  readonly schema: z.ZodObject;
  bound(call: InitializerCall): number;
  readonly middle?: number;
}

const gain = number({
  label: 'Gain',
  help: 'Factor on the width of the distribution; 4 suits sigmoid units (Glorot and Bengio 2010).',
  default: 1,
  minimum: 0,
});

const lecun = {
  label: 'LeCun',
  help: 'Variance 1 / fan-in (LeCun et al., "Efficient BackProp", 1998), uniform.',
  schema: z.strictObject({ type: z.literal('lecun'), gain }),
  bound: (call) => gainOf(call) * Math.sqrt(3 / call.fanIn),
} satisfies Initializer;

const xavier = {
  label: 'Xavier',
  help: 'Variance 2 / (fan-in + fan-out) (Glorot and Bengio, "Understanding the difficulty", 2010), uniform.',
  schema: z.strictObject({ type: z.literal('xavier'), gain }),
  bound: (call) => gainOf(call) * Math.sqrt(6 / (call.fanIn + call.fanOut)),
} satisfies Initializer;

const he = {
  label: 'He',
  help: 'Variance 2 / fan-in (He et al., "Delving deep into rectifiers", 2015), uniform.',
  schema: z.strictObject({ type: z.literal('he'), gain }),
  bound: (call) => gainOf(call) * Math.sqrt(6 / call.fanIn),
} satisfies Initializer;

const zeros = {
  label: 'Zeros',
  help: 'All zero: what biases start from.',
  schema: z.strictObject({ type: z.literal('zeros') }),
  bound: () => 0,
} satisfies Initializer;

const ones = {
  label: 'Ones',
  help: 'All one: what gains start from.',
  schema: z.strictObject({ type: z.literal('ones') }),
  bound: () => 0,
  middle: 1,
} satisfies Initializer;

function gainOf(call: InitializerCall): number {
  return typeof call.gain === 'number' ? call.gain : 1;
}

/** Every initializer by the type that a specification names. */
export const initializers: Readonly<Record<'lecun' | 'xavier' | 'he' | 'zeros' | 'ones', Initializer>> = {
  lecun,
  xavier,
  he,
  zeros,
  ones,
};

export type InitializerName = keyof typeof initializers;

/** `{ type: xavier, gain: 4 }`, or the type alone. */
export interface InitializerSpec {
  readonly type: InitializerName;
  readonly gain?: number | undefined;
}

/** What suits the units that the weights lead to, where a specification does not say. */
function defaultInitializer(activation: ActivationName): InitializerSpec {
  const byActivation: Readonly<Record<ActivationName, InitializerSpec>> = {
    sigmoid: { type: 'xavier', gain: 4 },
    tanh: { type: 'xavier', gain: 1 },
    relu: { type: 'he', gain: 1 },
    linear: { type: 'lecun', gain: 1 },
    'leaky-relu': { type: 'he', gain: 1 },
    elu: { type: 'he', gain: 1 },
    gelu: { type: 'he', gain: 1 },
    softplus: { type: 'he', gain: 1 },
    // LeCun's own pair of rule and function.
    'scaled-tanh': { type: 'lecun', gain: 1 },
  };
  return byActivation[activation];
}

/** What a layer's `init` comes to: the rule it names, else the default of its activation. */
export function resolveInitializer(
  init: InitializerSpec | InitializerName | undefined,
  activation: ActivationName,
): InitializerSpec {
  if (init === undefined) return defaultInitializer(activation);
  return typeof init === 'string' ? { type: init } : init;
}

const names = Object.keys(initializers) as InitializerName[];

/** The `init` field of layers with weights. */
export const initField: z.ZodType<InitializerSpec | InitializerName | undefined> = field(
  z.union([z.enum(names), lecun.schema, xavier.schema, he.schema, zeros.schema, ones.schema]).optional(),
  {
    label: 'Initial weights',
    help: 'By default what suits the activation: Xavier with gain 4 for sigmoid, He for ReLU.',
    kind: 'choice',
    choices: names.map((name) => ({ value: name, label: initializers[name].label })),
  },
);

/** For the window's forms. */
export const initializerDescriptors: readonly VariantDescriptor[] = names.map((type) => {
  const { label, help, schema } = initializers[type];
  return { type, label, help, fields: describeFields(schema) };
});
