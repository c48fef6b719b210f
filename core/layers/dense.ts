import type { z } from 'zod';
import { boolean, integer } from '../contract/fields.ts';
import { elements } from '../kernels/shape.ts';
import { initField } from '../train/initializers.ts';
import { wholeParts } from './explain.ts';
import { activationField, type LayerDefinition, layerSchema, only } from './layer.ts';
import { emitWeighted, finishingFlops, weightedParameters } from './weighted.ts';

const schema = layerSchema('dense', {
  units: integer({ label: 'Units', help: 'Number of outputs.', minimum: 1 }),
  bias: boolean({ label: 'Bias', help: 'One number added to each output.', default: true }),
  activation: activationField,
  init: initField,
});
type DenseSpec = z.output<typeof schema>;

/** Fully connected layer (5), (6); maps are flattened in C, H, W order by itself. */
export const dense: LayerDefinition<DenseSpec> = {
  type: 'dense',
  label: 'Dense',
  help: 'Every output sees every input.',
  schema,
  takes: 'one',
  shape: (spec) => [spec.units],

  parameters(spec, inputs) {
    const fanIn = elements(only(inputs));
    const { units } = spec;
    return weightedParameters(spec, { weight: [units, fanIn], bias: [units], fanIn, fanOut: units });
  },

  flops: (spec, inputs) => spec.units * (2 * elements(only(inputs)) + finishingFlops(spec)),

  // (5), (6): y_j = f(sum over i of w_ji x_i + b_j)
  explain(spec, { channel }, { inputs, parameter }) {
    const x = only(inputs);
    const fanIn = elements(x.shape);
    const weights = parameter('weight').slice(channel * fanIn, (channel + 1) * fanIn);
    const bias = spec.bias ? (parameter('bias')[channel] as number) : null;
    return {
      combine: 'sum',
      parts: wholeParts(x, 0, weights),
      gain: null,
      bias,
      activation: spec.activation,
    };
  },

  emit: (spec, inputs, emitter) =>
    emitWeighted(spec, only(inputs), emitter, { name: 'dense', attributes: {}, ofWeight: {} }),

  gradientChecks: [
    { name: 'of maps', input: [2, 3, 3], layers: [{ id: 'L', type: 'dense', units: 4 }] },
    {
      name: 'sigmoid, no bias',
      input: [1, 3, 3],
      layers: [{ id: 'L', type: 'dense', units: 3, bias: false, activation: 'sigmoid' }],
    },
    {
      name: 'two in a row',
      input: [1, 3, 3],
      layers: [
        { id: 'K', type: 'dense', units: 5, activation: 'tanh' },
        { id: 'L', type: 'dense', units: 3 },
      ],
    },
    {
      name: 'gelu, whose slope needs the sums',
      input: [1, 3, 3],
      layers: [{ id: 'L', type: 'dense', units: 4, activation: 'gelu' }],
    },
    {
      name: 'relu',
      input: [1, 3, 3],
      layers: [{ id: 'L', type: 'dense', units: 4, activation: 'relu' }],
      kinked: true,
    },
  ],
};
