import { elements } from '../../../kernels/shape.ts';
import { type Binding, imagesPerQuad, type PartialSums, type Tensor, writes } from '../shader.ts';

/** Elements between two parts of a sum: whole quads. */
export const partPitch = (count: number): number => Math.ceil(count / imagesPerQuad) * imagesPerQuad;

function gradientOf({ place }: Tensor): number {
  if (!('gradient' in place)) throw new RangeError('a weight gradient lies among the gradients');
  return place.gradient;
}

/**
 * Gradients of a weight and its bias, either written in place or, in several parts, to be added up before the update
 * (`sums.ts`). In a fixed order: floats are never added atomically.
 */
export const partialSums = {
  bindings: (weight: Tensor, bias: Tensor | null, parts: number): Binding[] =>
    [
      { name: 'dWeight', tensor: weight },
      { name: 'dBias', tensor: bias },
    ].flatMap(({ name, tensor }) =>
      tensor ? [writes(name, parts > 1 ? { partials: gradientOf(tensor) } : tensor.place, 'f32')] : [],
    ),

  of: (weight: Tensor, bias: Tensor | null, parts: number): PartialSums[] =>
    parts === 1
      ? []
      : [weight, bias].flatMap((tensor) =>
          tensor ? [{ gradient: gradientOf(tensor), count: elements(tensor.shape), parts }] : [],
        ),
};

/** `storeWeight` and `storeBias`, which take one element of a part. */
export function gradientTarget(weight: Tensor, bias: Tensor | null, parts: number): string {
  const store = (name: string, buffer: string, { shape }: Tensor) => `
fn ${name}(part: u32, at: u32, value: f32) {
  ${parts === 1 ? 'watch(value);' : ''}
  ${buffer}[part * ${partPitch(elements(shape))}u + at] = value;
}`;
  const none = 'fn storeBias(part: u32, at: u32, value: f32) {}';
  return store('storeWeight', 'dWeight', weight) + (bias ? store('storeBias', 'dBias', bias) : none);
}
