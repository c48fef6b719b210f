import type { Tensor } from '../../../charts/tensor.ts';

/**
 * A gradient by the input as one picture: with its sign the sum over the channels, without it the largest of their absolute
 * values, as Simonyan, Vedaldi and Zisserman draw it.
 * @param gradient [C, H, W]
 */
export function saliencyPicture({ shape, data }: Tensor, signed: boolean): Float32Array {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  return Float32Array.from({ length: plane }, (_, i) => {
    const slopes = Array.from({ length: channels }, (__, c) => data[c * plane + i] as number);
    return signed ? slopes.reduce((a, b) => a + b, 0) : Math.max(...slopes.map(Math.abs));
  });
}

/** The most probable classes, most probable first. */
export function topClasses(
  probabilities: readonly number[],
  most: number,
): { label: number; value: number }[] {
  return probabilities
    .map((value, label) => ({ label, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, most);
}
