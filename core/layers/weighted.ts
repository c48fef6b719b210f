import type { ActivationName } from '../kernels/activations.ts';
import type { Shape } from '../kernels/kernel.ts';
import { type InitializerName, type InitializerSpec, resolveInitializer } from '../train/initializers.ts';
import {
  activated,
  type EmittedLayer,
  type Emitter,
  type LayerParameter,
  throughActivation,
  type Value,
} from './layer.ts';

/** A layer y = f(x * weight + bias). */
export interface Weighted {
  readonly bias: boolean;
  readonly activation: ActivationName;
}

/** Shapes of weight and bias, and how many numbers meet in an output and go out of an input. */
export interface WeightedShapes {
  readonly weight: Shape;
  readonly bias: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly mask?: Uint8Array;
}

export function weightedParameters(
  { bias, activation, init }: Weighted & { readonly init?: InitializerSpec | InitializerName | undefined },
  { weight: shape, bias: biasShape, fanIn, fanOut, mask }: WeightedShapes,
): LayerParameter[] {
  const weight: LayerParameter = {
    role: 'weight',
    shape,
    initializer: { ...resolveInitializer(init, activation), fanIn, fanOut },
    ...(mask && { mask }),
  };
  if (!bias) return [weight];
  return [weight, { role: 'bias', shape: biasShape, initializer: { type: 'zeros', fanIn, fanOut } }];
}

/** Operations of each output besides its multiply-adds. */
export const finishingFlops = ({ bias, activation }: Weighted): number =>
  (bias ? 1 : 0) + (activation === 'linear' ? 0 : 1);

/** A family of kernels `<name>.forward`, `<name>.backward-weight` and `<name>.backward-input`, and their attributes. */
export interface WeightedFamily {
  readonly name: 'conv2d' | 'local' | 'dense';
  /** Of all three. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of the gradient of the weight besides. */
  readonly ofWeight: Readonly<Record<string, unknown>>;
}

/** Emits the forward call of a layer, and its backward calls when asked. */
export function emitWeighted(
  { bias: hasBias, activation }: Weighted,
  x: Value,
  emitter: Emitter,
  { name, attributes, ofWeight }: WeightedFamily,
): EmittedLayer {
  const weight = emitter.parameter('weight');
  const bias = hasBias ? emitter.parameter('bias') : null;
  const { y, slopeOf } = activated(emitter, activation, (to, f) =>
    emitter.call(`${name}.forward`, [x, weight, bias], [to], { ...attributes, activation: f }),
  );
  return {
    output: y,
    backward(dY, [wantsX]) {
      const delta = throughActivation(emitter, activation, slopeOf, dY);
      const dWeight = emitter.parameterGradient('weight');
      const dBias = hasBias ? emitter.parameterGradient('bias') : null;
      emitter.call(`${name}.backward-weight`, [x, delta], [dWeight, dBias], { ...attributes, ...ofWeight });
      if (!wantsX) return [null];
      const dX = emitter.gradientOf(x);
      const inputShape = [...x.shape];
      emitter.call(`${name}.backward-input`, [delta, weight], [dX], { ...attributes, inputShape });
      return [dX];
    },
  };
}
