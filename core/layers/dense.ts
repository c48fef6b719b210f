import type { z } from 'zod';
import { boolean, integer } from '../contract/fields.ts';
import { elements } from '../kernels/shape.ts';
import { initField, resolveInitializer } from '../train/initializers.ts';
import { wholeParts } from './explain.ts';
import {
  activated,
  activationField,
  type LayerDefinition,
  type LayerParameter,
  layerSchema,
  only,
  throughActivation,
} from './layer.ts';

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
    const fanOut = spec.units;
    const weight: LayerParameter = {
      role: 'weight',
      shape: [spec.units, fanIn],
      initializer: { ...resolveInitializer(spec.init, spec.activation), fanIn, fanOut },
    };
    const bias: LayerParameter = {
      role: 'bias',
      shape: [spec.units],
      initializer: { type: 'zeros', fanIn, fanOut },
    };
    return spec.bias ? [weight, bias] : [weight];
  },

  flops(spec, inputs) {
    const others = (spec.bias ? 1 : 0) + (spec.activation === 'linear' ? 0 : 1);
    return spec.units * (2 * elements(only(inputs)) + others);
  },

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

  emit(spec, inputs, emitter) {
    const x = only(inputs);
    const weight = emitter.parameter('weight');
    const bias = spec.bias ? emitter.parameter('bias') : null;
    const { y, slopeOf } = activated(emitter, spec.activation, (to, activation) =>
      emitter.call('dense.forward', [x, weight, bias], [to], { activation }),
    );
    return {
      output: y,
      backward(dY, [wantsX]) {
        const delta = throughActivation(emitter, spec.activation, slopeOf, dY);
        const dBias = spec.bias ? emitter.parameterGradient('bias') : null;
        emitter.call('dense.backward-weight', [x, delta], [emitter.parameterGradient('weight'), dBias], {});
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('dense.backward-input', [delta, weight], [dX], { inputShape: [...x.shape] });
        return [dX];
      },
    };
  },

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
