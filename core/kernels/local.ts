import { z } from 'zod';
import { activationName } from './activations.ts';
import type { Kernel, Shape } from './kernel.ts';
import { mapShape, required } from './shape.ts';
import {
  kernelExtents,
  mapInputShape,
  type Sliding,
  slideBackwardInput,
  slideBackwardWeight,
  slideForward,
  slidShape,
} from './sliding.ts';
import { weightedBackwardInput, weightedBackwardWeight, weightedForward } from './weighted.ts';

/**
 * Locally connected layer: windows as those of a convolution, but weights that are shared only within a region of
 * `regionHeight` x `regionWidth` neighbouring outputs (one output: not at all; the whole map: a convolution).
 * Weight is [region rows, region columns, filters, channels, kernel height, kernel width], bias the first three of these;
 * the last regions may be smaller.
 */
const extent = z.int().positive();
const window = { stride: extent, pad: z.int().nonnegative(), regionHeight: extent, regionWidth: extent };
const forwardAttributes = z.strictObject({ ...window, activation: activationName });
const backwardInputAttributes = z.strictObject({ ...window, inputShape: mapInputShape });
const backwardWeightAttributes = z.strictObject({ ...window, kernel: kernelExtents });
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardInputAttributes = z.infer<typeof backwardInputAttributes>;
type BackwardWeightAttributes = z.infer<typeof backwardWeightAttributes>;

export interface LocalWindow {
  readonly stride: number;
  readonly pad: number;
  readonly regionHeight: number;
  readonly regionWidth: number;
}

/** [region rows, region columns] of maps of this size. */
export function regionsOf(
  [height, width]: readonly [number, number],
  { regionHeight, regionWidth }: LocalWindow,
): [number, number] {
  return [Math.ceil(height / regionHeight), Math.ceil(width / regionWidth)];
}

/** Region of an output pixel, counted row by row. */
function regionAt(row: number, column: number, columns: number, { regionHeight, regionWidth }: LocalWindow) {
  return Math.floor(row / regionHeight) * columns + Math.floor(column / regionWidth);
}

const sliding: Sliding<LocalWindow> = {
  eachProduct(x, weight, y, batch, geometry, visit) {
    const { stride, pad } = geometry;
    const [channels, height, width] = mapShape(x);
    const [filters, outHeight, outWidth] = mapShape(y);
    const [, columns = 0, , , kernelHeight = 0, kernelWidth = 0] = weight;
    for (let n = 0; n < batch; n++) {
      for (let oy = 0; oy < outHeight; oy++) {
        for (let ox = 0; ox < outWidth; ox++) {
          const region = regionAt(oy, ox, columns, geometry);
          for (let f = 0; f < filters; f++) {
            const yi = ((n * filters + f) * outHeight + oy) * outWidth + ox;
            for (let c = 0; c < channels; c++) {
              for (let ky = 0; ky < kernelHeight; ky++) {
                const iy = oy * stride + ky - pad;
                if (iy < 0 || iy >= height) continue;
                for (let kx = 0; kx < kernelWidth; kx++) {
                  const ix = ox * stride + kx - pad;
                  if (ix < 0 || ix >= width) continue;
                  const tap = ((region * filters + f) * channels + c) * kernelHeight + ky;
                  visit(((n * channels + c) * height + iy) * width + ix, tap * kernelWidth + kx, yi);
                }
              }
            }
          }
        }
      }
    }
  },

  biasPlaces(y: Shape, geometry) {
    const [filters, height, width] = mapShape(y);
    const [, columns] = regionsOf([height, width], geometry);
    return (yi) => {
      const row = Math.floor(yi / width) % height;
      const filter = Math.floor(yi / (width * height)) % filters;
      return regionAt(row, yi % width, columns, geometry) * filters + filter;
    };
  },
};

/** y = f(x * weight + bias). Inputs: x, weight, bias (optional). Outputs: y. */
export const localForward: Kernel<ForwardAttributes> = {
  name: 'local.forward',
  ...weightedForward,
  attributes: forwardAttributes,
  shapes([x, weight], attributes) {
    const [, , filters = 0, , ...kernel] = required(weight, 'weight');
    return [slidShape(required(x, 'x'), filters, kernel, attributes)];
  },
  // (1) with a kernel of its own for every region r: u_j = sum over i of x_i * k_ij^r + b_j^r
  reference(inputs, outputs, attributes, batch) {
    slideForward(sliding, inputs, outputs, attributes, batch);
  },
  cases: geometries().map(({ name, batch, input, weight, bias, window, activation }) => ({
    name,
    batch,
    attributes: { ...window, activation: activation ?? 'linear' },
    inputs: [input, weight, bias === false ? null : weight.slice(0, 3)],
  })),
};

/** dX from dY, which is already through the activation. Inputs: dY, weight. Outputs: dX. */
export const localBackwardInput: Kernel<BackwardInputAttributes> = {
  name: 'local.backward-input',
  ...weightedBackwardInput,
  attributes: backwardInputAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (27), every output along the weights of its own region
  reference(inputs, outputs, attributes, batch) {
    slideBackwardInput(sliding, inputs, outputs, attributes, batch);
  },
  cases: geometries().map(({ name, batch, input, weight, output, window }) => ({
    name,
    batch,
    attributes: { ...window, inputShape: input },
    inputs: [output, weight],
  })),
};

/** Gradients of weight and bias, summed over the batch. Inputs: x, dY. Outputs: dWeight, dBias (optional). */
export const localBackwardWeight: Kernel<BackwardWeightAttributes> = {
  name: 'local.backward-weight',
  ...weightedBackwardWeight,
  attributes: backwardWeightAttributes,
  shapes([x, dY], attributes) {
    const [channels] = mapShape(required(x, 'x'));
    const [filters, height, width] = mapShape(required(dY, 'dY'));
    const regions = regionsOf([height, width], attributes);
    return [
      [...regions, filters, channels, ...attributes.kernel],
      [...regions, filters],
    ];
  },
  // (24), each sum over the outputs of one region
  reference(inputs, outputs, attributes, batch) {
    slideBackwardWeight(sliding, inputs, outputs, attributes, batch);
  },
  cases: geometries().map(({ name, batch, input, weight, output, window }) => ({
    name,
    batch,
    attributes: { ...window, kernel: [weight[4]!, weight[5]!] },
    inputs: [input, output],
  })),
};

interface Geometry {
  readonly name: string;
  readonly batch: number;
  readonly input: [number, number, number];
  readonly output: [number, number, number];
  readonly weight: number[];
  readonly window: LocalWindow;
  readonly bias?: false;
  readonly activation?: ForwardAttributes['activation'];
}

/** Geometries on which all three kernels are judged. */
function geometries(): Geometry[] {
  const unshared = { regionHeight: 1, regionWidth: 1 };
  return [
    geometry('one pixel', 1, [1, 1, 1], 1, [1, 1], { stride: 1, pad: 0, ...unshared }),
    geometry('unshared, batch 5', 5, [2, 6, 5], 3, [3, 3], { stride: 1, pad: 0, ...unshared }),
    geometry('DeepID’s third layer', 2, [4, 8, 6], 6, [3, 3], {
      stride: 1,
      pad: 0,
      regionHeight: 2,
      regionWidth: 2,
    }),
    geometry('regions left over, oblong kernel, batch 17', 17, [3, 7, 6], 5, [3, 2], {
      stride: 1,
      pad: 0,
      regionHeight: 2,
      regionWidth: 3,
    }),
    geometry('stride and padding, batch 16', 16, [2, 7, 8], 4, [3, 3], {
      stride: 2,
      pad: 1,
      regionHeight: 3,
      regionWidth: 1,
    }),
    geometry('one region: a convolution', 3, [2, 6, 6], 7, [2, 2], {
      stride: 1,
      pad: 1,
      regionHeight: 9,
      regionWidth: 9,
    }),
    {
      ...geometry('no bias, fused tanh, batch 33', 33, [1, 4, 4], 2, [2, 2], {
        stride: 1,
        pad: 0,
        ...unshared,
      }),
      bias: false,
      activation: 'tanh',
    },
  ];
}

function geometry(
  name: string,
  batch: number,
  input: [number, number, number],
  filters: number,
  kernel: [number, number],
  window: LocalWindow,
): Geometry {
  const [channels] = input;
  const output = slidShape(input, filters, kernel, window);
  const [, height, width] = output;
  const weight = [...regionsOf([height, width], window), filters, channels, ...kernel];
  return { name, batch, input, output, weight, window };
}
