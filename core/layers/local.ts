import { z } from 'zod';
import { boolean, field, integer } from '../contract/fields.ts';
import type { Shape } from '../kernels/kernel.ts';
import { regionsOf } from '../kernels/local.ts';
import { mapShape } from '../kernels/shape.ts';
import { initField, resolveInitializer } from '../train/initializers.ts';
import { windowPart } from './explain.ts';
import {
  activated,
  activationField,
  type LayerDefinition,
  type LayerParameter,
  type LayerWindow,
  layerSchema,
  only,
  throughActivation,
} from './layer.ts';
import { slide } from './window.ts';

const extent = z.int().positive();
const size = z.union([extent, z.tuple([extent, extent])]);

const schema = layerSchema('local', {
  filters: integer({ label: 'Filters', help: 'Number of output maps.', minimum: 1 }),
  kernel: field<number | [number, number]>(size, {
    label: 'Kernel',
    help: 'Side of the square window, or [height, width].',
    unit: 'pixels',
    kind: 'integer',
    minimum: 1,
  }),
  region: field<number | [number, number]>(size, {
    label: 'Region',
    help: 'Side of the regions of outputs that share their weights, or [height, width]; 1: none shares any.',
    unit: 'pixels',
    kind: 'integer',
    default: 1,
    minimum: 1,
  }),
  stride: integer({
    label: 'Stride',
    help: 'Step of the window over the maps.',
    unit: 'pixels',
    default: 1,
    minimum: 1,
  }),
  pad: integer({
    label: 'Padding',
    help: 'Zeros put around the maps on every side.',
    unit: 'pixels',
    default: 0,
    minimum: 0,
  }),
  bias: boolean({ label: 'Bias', help: 'One number added to each map in each region.', default: true }),
  activation: activationField,
  init: initField,
});
type LocalSpec = z.output<typeof schema>;

/**
 * Locally connected layer: the windows of a convolution without its shared weights (the lecture's figure 2), or with weights
 * shared within regions, as in DeepID (Sun, Wang and Tang 2014).
 */
export const local: LayerDefinition<LocalSpec> = {
  type: 'local',
  label: 'Locally connected',
  help: 'Windows over the maps, each with weights of its own, or shared only with its neighbours.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    const [, height, width] = slide(spec, inputs, 'kernel', windowOf(spec));
    return [spec.filters, height, width];
  },

  window: windowOf,

  parameters(spec, inputs) {
    const [channels] = mapShape(only(inputs));
    const kernel = pairOf(spec.kernel);
    const regions = regionsOf(outputSize(spec, inputs), attributesOf(spec));
    const pixels = kernel[0] * kernel[1];
    const fan = { fanIn: pixels * channels, fanOut: pixels * spec.filters };
    const weight: LayerParameter = {
      role: 'weight',
      shape: [...regions, spec.filters, channels, ...kernel],
      initializer: { ...resolveInitializer(spec.init, spec.activation), ...fan },
    };
    const bias: LayerParameter = {
      role: 'bias',
      shape: [...regions, spec.filters],
      initializer: { type: 'zeros', ...fan },
    };
    return spec.bias ? [weight, bias] : [weight];
  },

  flops(spec, inputs, output) {
    const [channels] = mapShape(only(inputs));
    const [filters, height, width] = mapShape(output);
    const [kernelHeight, kernelWidth] = pairOf(spec.kernel);
    const others = (spec.bias ? 1 : 0) + (spec.activation === 'linear' ? 0 : 1);
    return filters * height * width * (2 * channels * kernelHeight * kernelWidth + others);
  },

  // As a convolution, with the weights of the output's region.
  explain(spec, { channel, row, column }, { inputs, shape, parameter }) {
    const x = only(inputs);
    const [channels] = mapShape(x.shape);
    const [, outHeight, outWidth] = mapShape(shape);
    const [height, width] = pairOf(spec.kernel);
    const window = attributesOf(spec);
    const [, regionColumns] = regionsOf([outHeight, outWidth], window);
    const region =
      Math.floor(row / window.regionHeight) * regionColumns + Math.floor(column / window.regionWidth);
    const filter = region * spec.filters + channel;
    const weight = parameter('weight');
    const parts = Array.from({ length: channels }, (_, i) => {
      const start = (filter * channels + i) * height * width;
      return windowPart(x, {
        input: 0,
        channel: i,
        top: row * spec.stride - spec.pad,
        left: column * spec.stride - spec.pad,
        height,
        width,
        weights: weight.slice(start, start + height * width),
      });
    });
    const bias = spec.bias ? (parameter('bias')[filter] as number) : null;
    return { combine: 'sum', parts, gain: null, bias, activation: spec.activation };
  },

  emit(spec, inputs, emitter) {
    const x = only(inputs);
    const window = attributesOf(spec);
    const weight = emitter.parameter('weight');
    const bias = spec.bias ? emitter.parameter('bias') : null;
    const { y, slopeOf } = activated(emitter, spec.activation, (to, activation) =>
      emitter.call('local.forward', [x, weight, bias], [to], { ...window, activation }),
    );
    return {
      output: y,
      backward(dY, [wantsX]) {
        const delta = throughActivation(emitter, spec.activation, slopeOf, dY);
        const gradients = [
          emitter.parameterGradient('weight'),
          spec.bias ? emitter.parameterGradient('bias') : null,
        ];
        emitter.call('local.backward-weight', [x, delta], gradients, {
          ...window,
          kernel: pairOf(spec.kernel),
        });
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('local.backward-input', [delta, weight], [dX], { ...window, inputShape: [...x.shape] });
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'unshared', input: [2, 5, 4], layers: [{ id: 'L', type: 'local', filters: 3, kernel: 3 }] },
    {
      name: 'shared within regions of 2x2, some left over',
      input: [2, 5, 5],
      layers: [{ id: 'L', type: 'local', filters: 2, kernel: 3, region: 2, activation: 'tanh' }],
    },
    {
      name: 'stride, padding, oblong kernel and regions, no bias',
      input: [2, 6, 5],
      layers: [
        {
          id: 'L',
          type: 'local',
          filters: 2,
          kernel: [2, 3],
          region: [1, 2],
          stride: 2,
          pad: 1,
          bias: false,
          activation: 'sigmoid',
        },
      ],
    },
  ],
};

/** [height, width] */
function pairOf(side: number | [number, number]): [number, number] {
  return typeof side === 'number' ? [side, side] : side;
}

function windowOf(spec: LocalSpec): LayerWindow {
  return { size: pairOf(spec.kernel), stride: spec.stride, pad: spec.pad };
}

function outputSize(spec: LocalSpec, inputs: readonly Shape[]): [number, number] {
  const [, height, width] = slide(spec, inputs, 'kernel', windowOf(spec));
  return [height, width];
}

function attributesOf({ stride, pad, region }: LocalSpec) {
  const [regionHeight, regionWidth] = pairOf(region);
  return { stride, pad, regionHeight, regionWidth };
}
