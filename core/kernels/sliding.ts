import { z } from 'zod';
import { type ActivationName, activate } from './activations.ts';
import type { KernelTensor, Shape } from './kernel.ts';
import { mapShape, required, windows } from './shape.ts';

const extent = z.int().positive();

/** [C, H, W] of x, which dY alone does not tell where the stride leaves a remainder. */
export const mapInputShape = z.tuple([extent, extent, extent]);
/** [height, width] */
export const kernelExtents = z.tuple([extent, extent]);

/** How windows lie on the maps, and which weights they meet there; `A` are the attributes that say so. */
export interface Sliding<A> {
  /** Calls visit(xi, wi, yi) for every multiply-add of a batch: x[xi] meets weight[wi] and adds to y[yi]. */
  eachProduct(
    x: Shape,
    weight: Shape,
    y: Shape,
    batch: number,
    attributes: A,
    visit: (xi: number, wi: number, yi: number) => void,
  ): void;
  /** Place in the bias of each output, from its offset in a batch of outputs. */
  biasPlaces(y: Shape, attributes: A): (yi: number) => number;
}

/** [filters, height, width] of what a kernel [height, width] yields. */
export function slidShape(
  x: Shape,
  filters: number,
  [height = 0, width = 0]: Shape,
  { stride, pad }: { readonly stride: number; readonly pad: number },
): [filters: number, height: number, width: number] {
  const [, rows, columns] = mapShape(x);
  return [filters, windows(rows, height, stride, pad), windows(columns, width, stride, pad)];
}

/** What follows the batch in a value's shape. */
const perSample = (tensor: KernelTensor): Shape => tensor.shape.slice(1);

type Tensors = readonly (KernelTensor | null)[];

/*
 * Forward and both backward passes are sums over the same triples (25), (26): they share one walk, and differ in what they
 * add to what.
 */

/** y = f(x * weight + bias) */
export function slideForward<A>(
  { eachProduct, biasPlaces }: Sliding<A>,
  [x, weight, bias]: Tensors,
  [y]: Tensors,
  attributes: A & { readonly activation: ActivationName },
  batch: number,
): void {
  const input = required(x, 'x');
  const kernel = required(weight, 'weight');
  const { data, shape } = required(y, 'y');
  const place = biasPlaces(shape.slice(1), attributes);
  for (let i = 0; i < data.length; i++) data[i] = bias ? bias.data[place(i)]! : 0;
  eachProduct(perSample(input), kernel.shape, shape.slice(1), batch, attributes, (xi, wi, yi) => {
    data[yi]! += input.data[xi]! * kernel.data[wi]!;
  });
  activate(data, data.length, attributes.activation);
}

/** dX from dY */
export function slideBackwardInput<A>(
  { eachProduct }: Sliding<A>,
  [dY, weight]: Tensors,
  [dX]: Tensors,
  attributes: A & { readonly inputShape: Shape },
  batch: number,
): void {
  const gradient = required(dY, 'dY');
  const kernel = required(weight, 'weight');
  const output = required(dX, 'dX').data.fill(0);
  const visit = (xi: number, wi: number, yi: number) => {
    output[xi]! += kernel.data[wi]! * gradient.data[yi]!;
  };
  eachProduct(attributes.inputShape, kernel.shape, perSample(gradient), batch, attributes, visit);
}

/** dWeight, and dBias where it is wanted, from x and dY */
export function slideBackwardWeight<A>(
  { eachProduct, biasPlaces }: Sliding<A>,
  [x, dY]: Tensors,
  [dWeight, dBias]: Tensors,
  attributes: A,
  batch: number,
): void {
  const input = required(x, 'x');
  const gradient = required(dY, 'dY');
  const weight = required(dWeight, 'dWeight');
  weight.data.fill(0);
  eachProduct(perSample(input), weight.shape, perSample(gradient), batch, attributes, (xi, wi, yi) => {
    weight.data[wi]! += input.data[xi]! * gradient.data[yi]!;
  });
  if (!dBias) return;
  const place = biasPlaces(perSample(gradient), attributes);
  dBias.data.fill(0);
  for (let i = 0; i < gradient.data.length; i++) dBias.data[place(i)]! += gradient.data[i]!;
}
