import { z } from 'zod';
import { boolean, choice, field, integer } from '../contract/fields.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import {
  type Activated,
  activated,
  activationField,
  type Emitter,
  type LayerDefinition,
  type LayerParameter,
  type LayerWindow,
  layerSchema,
  only,
  shapeError,
  throughActivation,
  type Value,
} from './layer.ts';
import { finishingFlops } from './weighted.ts';
import { slide, slidPart } from './window.ts';

const schema = layerSchema('pool', {
  mode: choice(
    { max: 'Maximum', mean: 'Mean' },
    { label: 'Mode', help: 'What is kept of each window: its largest element or its mean.' },
  ),
  size: integer({ label: 'Size', help: 'Side of the square window.', unit: 'pixels', minimum: 1 }),
  stride: field<number | undefined>(z.int().positive().optional(), {
    label: 'Stride',
    help: 'Step of the window; by default its size, so that windows do not overlap.',
    unit: 'pixels',
    kind: 'integer',
    minimum: 1,
  }),
  pad: integer({
    label: 'Padding',
    help: 'Border around the maps: zeros for the mean, minus infinity for the maximum.',
    unit: 'pixels',
    default: 0,
    minimum: 0,
  }),
  gain: boolean({
    label: 'Gain',
    help: 'One factor on each pooled map, as in LeCun’s subsampling layers.',
    default: false,
  }),
  bias: boolean({ label: 'Bias', help: 'One number added to each pooled map (3).', default: false }),
  activation: activationField,
});
type PoolSpec = z.output<typeof schema>;

/**
 * Pooling (3): x_j = f(down(x_j) + b_j), with the bias and f on request, since f(x) = x and no bias are usual; with a gain
 * as well, f(w_j down(x_j) + b_j), it is LeCun's subsampling.
 */
export const pool: LayerDefinition<PoolSpec> = {
  type: 'pool',
  label: 'Pooling',
  help: 'Shrinks each map by keeping the maximum or the mean of its windows.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    if (spec.pad >= spec.size) {
      throw shapeError(
        spec,
        inputs,
        `with padding ${spec.pad} a window of size ${spec.size} can lie wholly outside`,
        'keep the padding below the size',
      );
    }
    return slide(spec, inputs, 'window', layerWindow(spec));
  },

  window: layerWindow,

  parameters(spec, inputs) {
    const [channels] = mapShape(only(inputs));
    const fan = spec.size * spec.size;
    const parameter = (role: 'weight' | 'bias', type: 'ones' | 'zeros'): LayerParameter => ({
      role,
      shape: [channels],
      initializer: { type, fanIn: fan, fanOut: fan },
    });
    return [
      ...(spec.gain ? [parameter('weight', 'ones')] : []),
      ...(spec.bias ? [parameter('bias', 'zeros')] : []),
    ];
  },

  flops(spec, _inputs, output) {
    return elements(output) * (spec.size * spec.size + (spec.gain ? 1 : 0) + finishingFlops(spec));
  },

  // (3), with LeCun's gain: x_j = f(w_j down(x_j) + b_j)
  explain(spec, place, { inputs, parameter }) {
    const { channel } = place;
    return {
      combine: spec.mode === 'max' ? 'maximum' : 'mean',
      parts: [slidPart(only(inputs), layerWindow(spec), place, channel, null)],
      gain: spec.gain ? (parameter('weight')[channel] as number) : null,
      bias: spec.bias ? (parameter('bias')[channel] as number) : null,
      activation: spec.activation,
    };
  },

  emit(spec, inputs, emitter) {
    const x = only(inputs);
    const window = windowOf(spec);
    const pool = (to: Value) => emitter.call(`${spec.mode}-pool.forward`, [x], [to], window);
    const { y, slopeOf, scaled } = isPlain(spec)
      ? emitPlain(emitter, pool)
      : emitFinished(spec, emitter, pool);
    return {
      output: y,
      backward(dY, [wantsX]) {
        const delta = throughActivation(emitter, spec.activation, slopeOf, dY);
        emitParameterGradients(spec, emitter, scaled, delta);
        if (!wantsX) return [null];
        const dPooled = spec.gain ? emitter.value('pooled.grad', y.shape) : delta;
        if (spec.gain) {
          emitter.call('channel-scale.backward-input', [delta, emitter.parameter('weight')], [dPooled], {});
        }
        const dX = emitter.gradientOf(x);
        if (spec.mode === 'max') emitter.call('max-pool.backward', [x, dPooled], [dX], window);
        else emitter.call('mean-pool.backward', [dPooled], [dX], { ...window, inputShape: [...x.shape] });
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'mean', input: [2, 4, 4], layers: [{ id: 'L', type: 'pool', mode: 'mean', size: 2 }] },
    {
      name: 'mean, overlapping, padded, with bias and activation',
      input: [2, 5, 5],
      layers: [
        {
          id: 'L',
          type: 'pool',
          mode: 'mean',
          size: 3,
          stride: 2,
          pad: 1,
          bias: true,
          activation: 'sigmoid',
        },
      ],
    },
    {
      name: 'mean with activation only',
      input: [2, 4, 4],
      layers: [{ id: 'L', type: 'pool', mode: 'mean', size: 2, activation: 'tanh' }],
    },
    {
      name: 'LeCun’s subsampling: mean with gain, bias and activation',
      input: [2, 4, 4],
      layers: [
        { id: 'L', type: 'pool', mode: 'mean', size: 2, gain: true, bias: true, activation: 'scaled-tanh' },
      ],
    },
    {
      name: 'mean with gain only, and gelu, whose slope needs the sums',
      input: [2, 4, 4],
      layers: [{ id: 'L', type: 'pool', mode: 'mean', size: 2, gain: true, activation: 'gelu' }],
    },
    {
      name: 'max',
      input: [2, 5, 4],
      layers: [{ id: 'L', type: 'pool', mode: 'max', size: 2 }],
      kinked: true,
    },
    {
      name: 'max, overlapping, padded, with bias',
      input: [2, 5, 5],
      layers: [{ id: 'L', type: 'pool', mode: 'max', size: 3, stride: 2, pad: 1, bias: true }],
      kinked: true,
    },
  ],
};

function layerWindow(spec: PoolSpec): LayerWindow {
  const { size, stride, pad } = windowOf(spec);
  return { size: [size, size], stride, pad };
}

/** Attributes of the pooling kernels. */
function windowOf({ size, stride = size, pad }: PoolSpec): { size: number; stride: number; pad: number } {
  return { size, stride, pad };
}

/** What the forward calls left; `scaled` is what the gain multiplies. */
interface Pooled extends Activated {
  readonly scaled: Value;
}

type EmitPool = (to: Value) => void;

const isPlain = ({ gain, bias, activation }: PoolSpec) => !gain && !bias && activation === 'linear';

function emitPlain(emitter: Emitter, pool: EmitPool): Pooled {
  const y = emitter.output();
  pool(y);
  return { y, slopeOf: y, scaled: y };
}

/** Pools, and then applies gain, bias and f. */
function emitFinished(spec: PoolSpec, emitter: Emitter, pool: EmitPool): Pooled {
  const pooled = emitter.value('pooled', emitter.shape);
  pool(pooled);
  const bias = spec.bias ? emitter.parameter('bias') : null;
  const done = activated(emitter, spec.activation, (to, activation) => {
    if (spec.gain) {
      emitter.call('channel-scale.forward', [pooled, emitter.parameter('weight'), bias], [to], {
        activation,
      });
    } else if (bias) {
      emitter.call('channel-bias.forward', [pooled, bias], [to], { activation });
    } else {
      emitter.call('activation.forward', [pooled], [to], { activation });
    }
  });
  return { ...done, scaled: pooled };
}

function emitParameterGradients(spec: PoolSpec, emitter: Emitter, scaled: Value, delta: Value): void {
  const dBias = spec.bias ? emitter.parameterGradient('bias') : null;
  if (spec.gain) {
    const dWeight = emitter.parameterGradient('weight');
    emitter.call('channel-scale.backward-weight', [scaled, delta], [dWeight, dBias], {});
  } else if (dBias) {
    emitter.call('channel-bias.backward', [delta], [dBias], {});
  }
}
