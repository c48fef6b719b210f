import { z } from 'zod';
import { ConvolabError } from '../contract/errors.ts';
import { choice } from '../contract/fields.ts';
import type { InitializerCall, OperandRef, ParameterUpdate } from '../graph/plan.ts';
import { type ActivationName, activations } from '../kernels/activations.ts';
import type { Shape } from '../kernels/kernel.ts';
import { formatShape } from '../kernels/shape.ts';
import type { Evidence, Explanation, Place } from './explain.ts';

/** What every layer's specification has; the rest is the layer's own. */
export interface LayerSpec {
  readonly id: string;
  readonly type: string;
  /** Ids of the layers it takes, `input` for the network's input; default: the layer before it. */
  readonly from?: string[] | undefined;
}

/**
 * A layer's one source of truth: what it is called and asks for, what it makes of shapes, which parameters it has, the
 * kernels of its forward and backward pass, and the small networks on which its gradients are checked.
 */
export interface LayerDefinition<S extends LayerSpec = LayerSpec> {
  readonly type: S['type'];
  readonly label: string;
  readonly help: string;
  /** Strict object with `id`, `type`, `from` and the layer's own fields (see `layerSchema`). */
  readonly schema: z.ZodObject;
  /** `several`: two or more. */
  readonly takes: 'one' | 'several';
  /** Shape of the output, per sample. Throws `graph.shape` (see `shapeError`). */
  shape(spec: S, inputs: readonly Shape[]): Shape;
  parameters(spec: S, inputs: readonly Shape[]): readonly LayerParameter[];
  /** Floating-point operations of one forward pass of one sample; a multiply-add is two, an activation one. */
  flops(spec: S, inputs: readonly Shape[], output: Shape): number;
  /** What one output pixel sees of the input maps, for receptive fields; only layers that slide a window have it. */
  window?(spec: S): LayerWindow;
  /** The numbers that one element of the output is made of, for people; layers whose output is no such sum lack it. */
  explain?(spec: S, place: Place, evidence: Evidence): Explanation;
  /** Emits the forward calls; the backward ones when asked. */
  emit(spec: S, inputs: readonly Value[], emitter: Emitter): EmittedLayer;
  readonly gradientChecks: readonly GradientCheck[];
}

export interface LayerWindow {
  /** Height and width. */
  readonly size: readonly [number, number];
  readonly stride: number;
  readonly pad: number;
}

export interface LayerParameter {
  /** Named `<layer id>.<role>` in the plan. */
  readonly role: 'weight' | 'bias' | 'mean' | 'variance';
  readonly shape: Shape;
  /** By default down its gradient, with weight decay where it is a weight. */
  readonly update?: ParameterUpdate;
  readonly initializer: InitializerCall;
  /** What it starts from instead, element by element. */
  readonly values?: Float32Array;
  /** 1 where present, one byte per element; absent elements stay 0. */
  readonly mask?: Uint8Array;
}

/** A value of the plan under construction. */
export interface Value {
  readonly value: number;
  readonly name: string;
  readonly shape: Shape;
}

export type EmittedOperand = OperandRef | Value | null;

/** What a layer writes its kernel calls to. */
export interface Emitter {
  /** The layer's output, `<id>.out`, in the shape that the layer's `shape` gave. */
  output(): Value;
  readonly shape: Shape;
  /** A value between two of the layer's own calls, `<id>.<name>`. */
  value(name: string, shape: Shape): Value;
  /** The layer's output as the same elements in another shape, without a call. */
  outputView(of: Value): Value;
  /** A value's elements in another shape, without a call: `<id>.<name>`. */
  view(of: Value, name: string, shape: Shape): Value;
  /** A new value to hold this layer's part of the gradient of one of its inputs. */
  gradientOf(input: Value): Value;
  parameter(role: LayerParameter['role']): OperandRef;
  parameterGradient(role: LayerParameter['role']): OperandRef;
  /** Place of the layer in the file: what tells its random numbers from those of other layers. */
  readonly place: number;
  /** Operands in the order of the kernel's. */
  call(
    kernel: string,
    inputs: readonly EmittedOperand[],
    outputs: readonly EmittedOperand[],
    attributes: Readonly<Record<string, unknown>>,
  ): void;
}

export interface EmittedLayer {
  readonly output: Value;
  /**
   * Emits the backward calls.
   * @param dY gradient of the output; values are never overwritten, so it may be handed on as it is
   * @param wanted whether the gradient of each input is asked for
   * @returns the gradients asked for, null for the others
   */
  backward(dY: Value, wanted: readonly boolean[]): readonly (Value | null)[];
}

/** A small network holding the layer; a 3x3 convolution with sigmoid before it is added by the harness. */
export interface GradientCheck {
  readonly name: string;
  /** [C, H, W] */
  readonly input: readonly [number, number, number];
  readonly layers: readonly (LayerSpec & Record<string, unknown>)[];
  /** ReLU and max have kinks, on which a finite difference means nothing: such a case is drawn anew. */
  readonly kinked?: boolean;
}

/** Ids appear in the names of parameters and tensors (`C1.weight`), so they hold no dot. */
const layerId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'must be made of letters, digits, "-" and "_"')
  .refine((id) => id !== 'input', '"input" is the network\'s input; call the layer something else');

/** A layer's complete schema from its own fields. */
export function layerSchema<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  return z.strictObject({
    id: layerId,
    type: z.literal(type),
    from: z.array(z.string().min(1)).min(1).optional(),
    ...fields,
  });
}

export const activationLabels: Readonly<Record<ActivationName, string>> = {
  linear: 'None (linear)',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'ReLU',
  'leaky-relu': 'Leaky ReLU (slope 0.01 below 0)',
  elu: 'ELU',
  gelu: 'GELU',
  softplus: 'Softplus',
  'scaled-tanh': 'LeCun’s 1.7159 tanh(2x/3)',
};

/** The `activation` field of layers that can apply one to what they compute. */
export const activationField = choice<ActivationName>(activationLabels, {
  label: 'Activation',
  help: 'The function f applied to every output of the layer (2).',
  default: 'linear',
});

/** Refuses shapes that a layer cannot take, naming the layer and the shapes. */
export function shapeError(
  spec: LayerSpec,
  inputs: readonly Shape[],
  reason: string,
  hint: string,
): ConvolabError {
  const shapes = inputs.map(formatShape).join(' and ');
  return new ConvolabError('graph.shape', `layer ${spec.id} (${spec.type}) on ${shapes}: ${reason}`, {
    subject: spec.id,
    hint,
  });
}

/** The first (for most layers the only) of a layer's inputs; the graph has seen to it that there is one. */
export function only<T>(inputs: readonly T[]): T {
  const [first] = inputs;
  if (first === undefined) throw new RangeError('a layer without inputs');
  return first;
}

/** A layer's output y = f(u), and the value that tells the slope of f: y itself, or u where y does not tell it. */
export interface Activated {
  readonly y: Value;
  readonly slopeOf: Value;
}

/**
 * Emits a layer's output through f: in the one kernel that `call` emits, or, where the slope needs u, in a second.
 * @param call writes to a value, with f applied
 */
export function activated(
  emitter: Emitter,
  activation: ActivationName,
  call: (to: Value, activation: ActivationName) => void,
): Activated {
  const y = emitter.output();
  if (!activations[activation].ofInput) {
    call(y, activation);
    return { y, slopeOf: y };
  }
  const u = emitter.value('sum', y.shape);
  call(u, 'linear');
  emitter.call('activation.forward', [u], [y], { activation });
  return { y, slopeOf: u };
}

/**
 * Gradient of u from that of y = f(u), the lecture's delta: where the layer's last kernel applied f itself, its
 * backward pass starts here.
 */
export function throughActivation(
  emitter: Emitter,
  activation: ActivationName,
  slopeOf: Value,
  dY: Value,
): Value {
  if (activation === 'linear') return dY;
  const delta = emitter.value('delta', slopeOf.shape);
  emitter.call('activation.backward', [slopeOf, dY], [delta], { activation });
  return delta;
}
