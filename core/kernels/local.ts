import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import type { Kernel, KernelTensor, Shape } from './kernel.ts';
import { elements, mapShape, required, windows } from './shape.ts';

/**
 * Locally connected layer: windows as those of a convolution, but weights that are shared only within a region of
 * `regionHeight` x `regionWidth` neighbouring outputs (one output: not at all; the whole map: a convolution).
 * Weight is [region rows, region columns, filters, channels, kernel height, kernel width], bias the first three of these;
 * the last regions may be smaller.
 */
const extent = z.int().positive();
const window = { stride: extent, pad: z.int().nonnegative(), regionHeight: extent, regionWidth: extent };
const forwardAttributes = z.strictObject({ ...window, activation: activationName });
const backwardInputAttributes = z.strictObject({
  ...window,
  /** [C, H, W] of x, which dY alone does not tell where the stride leaves a remainder. */
  inputShape: z.tuple([extent, extent, extent]),
});
const backwardWeightAttributes = z.strictObject({
  ...window,
  /** [height, width] */
  kernel: z.tuple([extent, extent]),
});
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

/** Calls visit(xi, wi, yi) for every multiply-add: x[xi] meets weight[wi] and adds to y[yi]. */
function eachProduct(
  x: Shape,
  weight: Shape,
  y: Shape,
  batch: number,
  geometry: LocalWindow,
  visit: (xi: number, wi: number, yi: number) => void,
): void {
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
}

/** Place in the bias of each output, as offset in a batch of outputs. */
function biasPlaces(y: Shape, geometry: LocalWindow): (yi: number) => number {
  const [filters, height, width] = mapShape(y);
  const [, columns] = regionsOf([height, width], geometry);
  return (yi) => {
    const row = Math.floor(yi / width) % height;
    const filter = Math.floor(yi / (width * height)) % filters;
    return regionAt(row, yi % width, columns, geometry) * filters + filter;
  };
}

const perSample = (tensor: KernelTensor): Shape => tensor.shape.slice(1);

/** y = f(x * weight + bias). Inputs: x, weight, bias (optional). Outputs: y. */
export const localForward: Kernel<ForwardAttributes> = {
  name: 'local.forward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'weight', role: 'parameter' },
    { name: 'bias', role: 'parameter', optional: true },
  ],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: forwardAttributes,
  shapes([x, weight], { stride, pad }) {
    const [, height, width] = mapShape(required(x, 'x'));
    const [, , filters = 0, , kernelHeight = 0, kernelWidth = 0] = required(weight, 'weight');
    return [[filters, windows(height, kernelHeight, stride, pad), windows(width, kernelWidth, stride, pad)]];
  },
  // (1) with a kernel of its own for every region r: u_j = sum over i of x_i * k_ij^r + b_j^r
  reference([x, weight, bias], [y], attributes, batch) {
    const input = required(x, 'x');
    const kernel = required(weight, 'weight');
    const output = required(y, 'y');
    const place = biasPlaces(perSample(output), attributes);
    for (let i = 0; i < output.data.length; i++) output.data[i] = bias ? bias.data[place(i)]! : 0;
    eachProduct(perSample(input), kernel.shape, perSample(output), batch, attributes, (xi, wi, yi) => {
      output.data[yi]! += input.data[xi]! * kernel.data[wi]!;
    });
    activate(output.data, output.data.length, attributes.activation);
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
  inputs: [
    { name: 'dY', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: backwardInputAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (27), every output along the weights of its own region
  reference([dY, weight], [dX], attributes, batch) {
    const gradient = required(dY, 'dY');
    const kernel = required(weight, 'weight');
    const output = required(dX, 'dX').data.fill(0);
    eachProduct(attributes.inputShape, kernel.shape, perSample(gradient), batch, attributes, (xi, wi, yi) => {
      output[xi]! += kernel.data[wi]! * gradient.data[yi]!;
    });
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
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [
    { name: 'dWeight', role: 'gradient' },
    { name: 'dBias', role: 'gradient', optional: true },
  ],
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
  reference([x, dY], [dWeight, dBias], attributes, batch) {
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
    for (let i = 0; i < batch * elements(perSample(gradient)); i++)
      dBias.data[place(i)]! += gradient.data[i]!;
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
  const [channels, height, width] = input;
  const size: [number, number] = [
    windows(height, kernel[0], window.stride, window.pad),
    windows(width, kernel[1], window.stride, window.pad),
  ];
  const weight = [...regionsOf(size, window), filters, channels, ...kernel];
  return { name, batch, input, output: [filters, ...size], weight, window };
}
