import type { z } from 'zod';
import { number } from '../contract/fields.ts';
import { channelShape } from '../kernels/batch-norm.ts';
import { elements } from '../kernels/shape.ts';
import { elementPart, indexOf } from './explain.ts';
import {
  activated,
  activationField,
  type LayerDefinition,
  type LayerParameter,
  layerSchema,
  only,
  throughActivation,
} from './layer.ts';

const schema = layerSchema('batch-norm', {
  momentum: number({
    label: 'Share of the newest batch',
    help: 'How far the running mean and variance, which evaluation uses, move towards each batch’s.',
    default: 0.1,
    minimum: 0,
    maximum: 1,
  }),
  epsilon: number({
    label: 'Epsilon',
    help: 'Added to the variance, so that a constant map is not divided by 0.',
    default: 1e-5,
    minimum: 1e-12,
  }),
  activation: activationField,
});
type BatchNormSpec = z.output<typeof schema>;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) with a trained gain (`weight`, without weight decay) and bias for each map;
 * defaults as in PyTorch. The running `mean` and `variance` are kept beside them.
 */
export const batchNorm: LayerDefinition<BatchNormSpec> = {
  type: 'batch-norm',
  label: 'Batch normalisation',
  help: 'Gives each map mean 0 and deviation 1 over the batch, then a gain and bias that are learnt.',
  schema,
  takes: 'one',
  shape: (_, inputs) => only(inputs),

  parameters(spec, inputs) {
    const [channels, pixels] = channelShape(only(inputs));
    const parameter = (
      role: LayerParameter['role'],
      type: 'ones' | 'zeros',
      update: NonNullable<LayerParameter['update']>,
    ): LayerParameter => ({
      role,
      shape: [channels],
      initializer: { type, fanIn: 1, fanOut: 1 },
      update,
    });
    const trained = { type: 'descent', decays: false } as const;
    const running = { type: 'average', share: spec.momentum } as const;
    return [
      parameter('weight', 'ones', trained),
      parameter('bias', 'zeros', trained),
      parameter('mean', 'zeros', running),
      parameter('variance', 'ones', { ...running, observations: pixels }),
    ];
  },

  // Mean and variance of the batch, then a difference, a product and a sum.
  flops(spec, _inputs, output) {
    return elements(output) * (6 + (spec.activation === 'linear' ? 0 : 1));
  },

  // In evaluation: y = f(g (x - mean) / sqrt(variance + epsilon) + b), which is a weight and a bias for each map.
  explain({ epsilon, activation }, place, { inputs, shape, parameter }) {
    const of = (role: LayerParameter['role']) => parameter(role)[place.channel] as number;
    const weight = of('weight') / Math.sqrt(of('variance') + epsilon);
    return {
      combine: 'sum',
      parts: [elementPart(only(inputs), 0, indexOf(shape, place), weight)],
      gain: null,
      bias: of('bias') - of('mean') * weight,
      activation,
    };
  },

  emit({ epsilon, activation }, inputs, emitter) {
    const x = only(inputs);
    const weight = emitter.parameter('weight');
    const statistics = [emitter.parameterGradient('mean'), emitter.parameterGradient('variance')];
    const running = [emitter.parameter('mean'), emitter.parameter('variance')];
    emitter.call('batch-norm.statistics', [x, ...running], statistics, {});
    const { y, slopeOf } = activated(emitter, activation, (to, f) =>
      emitter.call('batch-norm.normalize', [x, ...statistics, weight, emitter.parameter('bias')], [to], {
        epsilon,
        activation: f,
      }),
    );
    return {
      output: y,
      backward(dY, [wantsX]) {
        const delta = throughActivation(emitter, activation, slopeOf, dY);
        const sums = [emitter.parameterGradient('weight'), emitter.parameterGradient('bias')];
        emitter.call('batch-norm.backward-weight', [x, delta, ...statistics], sums, { epsilon });
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('batch-norm.backward-input', [x, delta, ...statistics, weight, ...sums], [dX], {
          epsilon,
        });
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'of maps', input: [3, 4, 3], layers: [{ id: 'L', type: 'batch-norm' }] },
    {
      name: 'of a vector, with activation',
      input: [2, 3, 3],
      layers: [
        { id: 'D', type: 'dense', units: 5, bias: false },
        { id: 'L', type: 'batch-norm', epsilon: 0.01, activation: 'tanh' },
        { id: 'OUT', type: 'dense', units: 3 },
      ],
    },
    {
      name: 'twice, with gelu between',
      input: [2, 4, 4],
      layers: [
        { id: 'K', type: 'batch-norm', momentum: 0.3, epsilon: 0.1, activation: 'gelu' },
        { id: 'C', type: 'conv', filters: 3, kernel: 3, bias: false },
        { id: 'L', type: 'batch-norm', epsilon: 0.1, activation: 'sigmoid' },
      ],
    },
  ],
};
