import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import { connected } from './connections.ts';
import { geometries } from './conv2d.cases.ts';
import type { Kernel, KernelTensor, Shape } from './kernel.ts';
import { elements, mapShape, required, windows } from './shape.ts';

/**
 * Two-dimensional convolution, stored and computed as cross-correlation: the lecture's rot180 is folded into the
 * kernel. Weight is [filters, channels / groups, kernel height, kernel width], bias [filters].
 *
 * `connections` is the table of (44): one string per input map, one column per filter, `X` where filter j reads map i.
 * What is absent adds nothing, whatever the weight holds there, and its gradient is 0. Only with one group.
 */
const window = {
  stride: z.int().positive(),
  pad: z.int().nonnegative(),
  groups: z.int().positive(),
  connections: z.array(z.string()).optional(),
};
const forwardAttributes = z.strictObject({ ...window, activation: activationName });
const backwardInputAttributes = z.strictObject({
  ...window,
  /** [C, H, W] of x, which dY alone does not tell where the stride leaves a remainder. */
  inputShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
});
const backwardWeightAttributes = z.strictObject({
  ...window,
  /** [height, width] */
  kernel: z.tuple([z.int().positive(), z.int().positive()]),
});
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardInputAttributes = z.infer<typeof backwardInputAttributes>;
type BackwardWeightAttributes = z.infer<typeof backwardWeightAttributes>;

interface Window {
  readonly stride: number;
  readonly pad: number;
  readonly groups: number;
  readonly connections?: string[] | undefined;
}

/** Offsets of one multiply-add: x[xi] meets weight[wi] and adds to y[yi]. */
type Visit = (xi: number, wi: number, yi: number) => void;

/**
 * Visits every multiply-add of the convolution of a batch. Forward and both backward passes are sums over the same
 * triples (25), (26), so they share this one walk and differ in what they add to what.
 */
function eachProduct(x: Shape, weight: Shape, y: Shape, batch: number, geometry: Window, visit: Visit): void {
  const { stride, pad, groups, connections } = geometry;
  const [channels, height, width] = mapShape(x);
  const [filters, outHeight, outWidth] = mapShape(y);
  const [, groupChannels = 0, kernelHeight = 0, kernelWidth = 0] = weight;
  const groupFilters = filters / groups;
  for (let n = 0; n < batch; n++) {
    for (let f = 0; f < filters; f++) {
      const firstChannel = Math.floor(f / groupFilters) * groupChannels;
      for (let c = 0; c < groupChannels; c++) {
        if (!connected(connections, firstChannel + c, f)) continue;
        const xMap = (n * channels + firstChannel + c) * height;
        const kernel = (f * groupChannels + c) * kernelHeight;
        for (let oy = 0; oy < outHeight; oy++) {
          for (let ky = 0; ky < kernelHeight; ky++) {
            const iy = oy * stride + ky - pad;
            if (iy < 0 || iy >= height) continue;
            for (let ox = 0; ox < outWidth; ox++) {
              const yi = ((n * filters + f) * outHeight + oy) * outWidth + ox;
              for (let kx = 0; kx < kernelWidth; kx++) {
                const ix = ox * stride + kx - pad;
                if (ix < 0 || ix >= width) continue;
                visit((xMap + iy) * width + ix, (kernel + ky) * kernelWidth + kx, yi);
              }
            }
          }
        }
      }
    }
  }
}

/** What follows the batch in a value's shape. */
const perSample = (tensor: KernelTensor): Shape => tensor.shape.slice(1);

/** y = f(x * weight + bias). Inputs: x, weight, bias (optional). Outputs: y. */
export const conv2dForward: Kernel<ForwardAttributes> = {
  name: 'conv2d.forward',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'weight', role: 'parameter' },
    { name: 'bias', role: 'parameter', optional: true },
  ],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: forwardAttributes,
  shapes([x, weight], { stride, pad }) {
    const [, height, width] = mapShape(required(x, 'x'));
    const [filters = 0, , kernelHeight = 0, kernelWidth = 0] = required(weight, 'weight');
    return [[filters, windows(height, kernelHeight, stride, pad), windows(width, kernelWidth, stride, pad)]];
  },
  // (1), (44): u_j = sum over i in M_j of x_i * k_ij + b_j; (2): x_j = f(u_j)
  reference([x, weight, bias], [y], attributes, batch) {
    const input = required(x, 'x');
    const kernel = required(weight, 'weight');
    const output = required(y, 'y');
    const [filters, height, width] = mapShape(perSample(output));
    const map = height * width;
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = bias ? bias.data[Math.floor(i / map) % filters]! : 0;
    }
    eachProduct(perSample(input), kernel.shape, perSample(output), batch, attributes, (xi, wi, yi) => {
      output.data[yi]! += input.data[xi]! * kernel.data[wi]!;
    });
    activate(output.data, output.data.length, attributes.activation);
  },
  cases: geometries.map(({ name, batch, input, weight, bias, window, activation, draw }) => ({
    name,
    batch,
    attributes: { ...window, activation: activation ?? 'linear' },
    inputs: [input, weight, bias ? weight.slice(0, 1) : null],
    ...(draw && { draw }),
  })),
};

/**
 * dX from dY, where dY is already the lecture's delta (through `activation.backward`).
 * Inputs: dY, weight. Outputs: dX.
 */
export const conv2dBackwardInput: Kernel<BackwardInputAttributes> = {
  name: 'conv2d.backward-input',
  inputs: [
    { name: 'dY', role: 'value' },
    { name: 'weight', role: 'parameter' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: backwardInputAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (27), without the factor f' that belongs to the layer below:
  // dX_i = sum over j of rot180(K_ij) * delta_j (full convolution)
  reference([dY, weight], [dX], attributes, batch) {
    const gradient = required(dY, 'dY');
    const kernel = required(weight, 'weight');
    const output = required(dX, 'dX').data.fill(0);
    eachProduct(attributes.inputShape, kernel.shape, perSample(gradient), batch, attributes, (xi, wi, yi) => {
      output[xi]! += kernel.data[wi]! * gradient.data[yi]!;
    });
  },
  cases: geometries.map(({ name, batch, input, weight, output, window }) => ({
    name,
    batch,
    attributes: { ...window, inputShape: input },
    inputs: [output, weight],
  })),
};

/** Gradients of weight and bias, summed over the batch. Inputs: x, dY. Outputs: dWeight, dBias (optional). */
export const conv2dBackwardWeight: Kernel<BackwardWeightAttributes> = {
  name: 'conv2d.backward-weight',
  inputs: [
    { name: 'x', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [
    { name: 'dWeight', role: 'gradient' },
    { name: 'dBias', role: 'gradient', optional: true },
  ],
  attributes: backwardWeightAttributes,
  shapes([x, dY], { kernel, groups }) {
    const [channels] = mapShape(required(x, 'x'));
    const [filters] = mapShape(required(dY, 'dY'));
    return [[filters, channels / groups, ...kernel], [filters]];
  },
  // (24): dK_ij = rot180(x_i * rot180(delta_j)), element by element dk_mn = sum over u, v of delta_uv x_(m+u-1)(n+v-1);
  // db_j = sum over u, v of (delta_j)_uv
  reference([x, dY], [dWeight, dBias], attributes, batch) {
    const input = required(x, 'x');
    const gradient = required(dY, 'dY');
    const weight = required(dWeight, 'dWeight');
    weight.data.fill(0);
    eachProduct(perSample(input), weight.shape, perSample(gradient), batch, attributes, (xi, wi, yi) => {
      weight.data[wi]! += input.data[xi]! * gradient.data[yi]!;
    });
    if (!dBias) return;
    const [filters, height, width] = mapShape(perSample(gradient));
    dBias.data.fill(0);
    for (let i = 0; i < batch * elements([filters, height, width]); i++) {
      dBias.data[Math.floor(i / (height * width)) % filters]! += gradient.data[i]!;
    }
  },
  cases: geometries.map(({ name, batch, input, weight, output, window }) => ({
    name,
    batch,
    attributes: { ...window, kernel: [weight[2], weight[3]] },
    inputs: [input, output],
  })),
};
