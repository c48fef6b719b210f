import type { z } from 'zod';
import { boolean, field, integer } from '../contract/fields.ts';
import type { Shape } from '../kernels/kernel.ts';
import { regionsOf } from '../kernels/local.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import { initField } from '../train/initializers.ts';
import { activationField, type LayerDefinition, layerSchema, only } from './layer.ts';
import { emitWeighted, finishingFlops, weightedParameters } from './weighted.ts';
import { kernelWindow, padField, pairOf, type Sides, sides, slide, slidPart } from './window.ts';

const schema = layerSchema('local', {
  filters: integer({ label: 'Filters', help: 'Number of output maps.', minimum: 1 }),
  kernel: field<Sides>(sides, {
    label: 'Kernel',
    help: 'Side of the square window, or [height, width].',
    unit: 'pixels',
    kind: 'integer',
    minimum: 1,
  }),
  region: field<Sides>(sides, {
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
  pad: padField,
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
    const [, height, width] = slide(spec, inputs, 'kernel', kernelWindow(spec));
    return [spec.filters, height, width];
  },

  window: kernelWindow,

  parameters(spec, inputs) {
    const [channels] = mapShape(only(inputs));
    const kernel = pairOf(spec.kernel);
    const regions = regionsOf(outputSize(spec, inputs), attributesOf(spec));
    const pixels = kernel[0] * kernel[1];
    return weightedParameters(spec, {
      weight: [...regions, spec.filters, channels, ...kernel],
      bias: [...regions, spec.filters],
      fanIn: pixels * channels,
      fanOut: pixels * spec.filters,
    });
  },

  flops(spec, inputs, output) {
    const [channels] = mapShape(only(inputs));
    const [filters, height, width] = mapShape(output);
    const [kernelHeight, kernelWidth] = pairOf(spec.kernel);
    return filters * height * width * (2 * channels * kernelHeight * kernelWidth + finishingFlops(spec));
  },

  // As a convolution, with the weights of the output's region.
  explain(spec, place, { inputs, shape, parameter }) {
    const { channel, row, column } = place;
    const x = only(inputs);
    const [channels] = mapShape(x.shape);
    const [, outHeight, outWidth] = mapShape(shape);
    const pixels = elements(pairOf(spec.kernel));
    const window = attributesOf(spec);
    const [, regionColumns] = regionsOf([outHeight, outWidth], window);
    const region =
      Math.floor(row / window.regionHeight) * regionColumns + Math.floor(column / window.regionWidth);
    const filter = region * spec.filters + channel;
    const weight = parameter('weight');
    const parts = Array.from({ length: channels }, (_, i) => {
      const start = (filter * channels + i) * pixels;
      return slidPart(x, kernelWindow(spec), place, i, weight.slice(start, start + pixels));
    });
    const bias = spec.bias ? (parameter('bias')[filter] as number) : null;
    return { combine: 'sum', parts, gain: null, bias, activation: spec.activation };
  },

  emit(spec, inputs, emitter) {
    return emitWeighted(spec, only(inputs), emitter, {
      name: 'local',
      attributes: attributesOf(spec),
      ofWeight: { kernel: pairOf(spec.kernel) },
    });
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

function outputSize(spec: LocalSpec, inputs: readonly Shape[]): [number, number] {
  const [, height, width] = slide(spec, inputs, 'kernel', kernelWindow(spec));
  return [height, width];
}

function attributesOf({ stride, pad, region }: LocalSpec) {
  const [regionHeight, regionWidth] = pairOf(region);
  return { stride, pad, regionHeight, regionWidth };
}
