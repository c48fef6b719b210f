import { z } from 'zod';
import { activationName } from './activations.ts';
import { connected } from './connections.ts';
import { geometries } from './conv2d.cases.ts';
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
const backwardInputAttributes = z.strictObject({ ...window, inputShape: mapInputShape });
const backwardWeightAttributes = z.strictObject({ ...window, kernel: kernelExtents });
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardInputAttributes = z.infer<typeof backwardInputAttributes>;
type BackwardWeightAttributes = z.infer<typeof backwardWeightAttributes>;

interface Window {
  readonly stride: number;
  readonly pad: number;
  readonly groups: number;
  readonly connections?: string[] | undefined;
}

const sliding: Sliding<Window> = {
  eachProduct(x, weight, y, batch, geometry, visit) {
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
  },

  biasPlaces(y: Shape) {
    const [filters, height, width] = mapShape(y);
    return (yi) => Math.floor(yi / (height * width)) % filters;
  },
};

/** y = f(x * weight + bias). Inputs: x, weight, bias (optional). Outputs: y. */
export const conv2dForward: Kernel<ForwardAttributes> = {
  name: 'conv2d.forward',
  ...weightedForward,
  attributes: forwardAttributes,
  shapes([x, weight], attributes) {
    const [filters = 0, , ...kernel] = required(weight, 'weight');
    return [slidShape(required(x, 'x'), filters, kernel, attributes)];
  },
  // (1), (44): u_j = sum over i in M_j of x_i * k_ij + b_j; (2): x_j = f(u_j)
  reference(inputs, outputs, attributes, batch) {
    slideForward(sliding, inputs, outputs, attributes, batch);
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
  ...weightedBackwardInput,
  attributes: backwardInputAttributes,
  shapes: (_, { inputShape }) => [inputShape],
  // (27), without the factor f' that belongs to the layer below:
  // dX_i = sum over j of rot180(K_ij) * delta_j (full convolution)
  reference(inputs, outputs, attributes, batch) {
    slideBackwardInput(sliding, inputs, outputs, attributes, batch);
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
  ...weightedBackwardWeight,
  attributes: backwardWeightAttributes,
  shapes([x, dY], { kernel, groups }) {
    const [channels] = mapShape(required(x, 'x'));
    const [filters] = mapShape(required(dY, 'dY'));
    return [[filters, channels / groups, ...kernel], [filters]];
  },
  // (24): dK_ij = rot180(x_i * rot180(delta_j)), element by element dk_mn = sum over u, v of delta_uv x_(m+u-1)(n+v-1);
  // db_j = sum over u, v of (delta_j)_uv
  reference(inputs, outputs, attributes, batch) {
    slideBackwardWeight(sliding, inputs, outputs, attributes, batch);
  },
  cases: geometries.map(({ name, batch, input, weight, output, window }) => ({
    name,
    batch,
    attributes: { ...window, kernel: [weight[2], weight[3]] },
    inputs: [input, output],
  })),
};
