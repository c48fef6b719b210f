import { z } from 'zod';
import { boolean, choice, field, integer } from '../contract/fields.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import {
  activationField,
  type Emitter,
  type LayerDefinition,
  type LayerWindow,
  layerSchema,
  only,
  shapeError,
  throughActivation,
  type Value,
} from './layer.ts';
import { slide } from './window.ts';

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
  bias: boolean({ label: 'Bias', help: 'One number added to each pooled map (3).', default: false }),
  activation: activationField,
});
type PoolSpec = z.output<typeof schema>;

/** Pooling (3): x_j = f(down(x_j) + b_j), with the bias and f on request, since f(x) = x and no bias are usual. */
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
    if (!spec.bias) return [];
    const [channels] = mapShape(only(inputs));
    const fan = spec.size * spec.size;
    return [{ role: 'bias', shape: [channels], initializer: { type: 'zeros', fanIn: fan, fanOut: fan } }];
  },

  flops(spec, _inputs, output) {
    const others = (spec.bias ? 1 : 0) + (spec.activation === 'linear' ? 0 : 1);
    return elements(output) * (spec.size * spec.size + others);
  },

  emit(spec, inputs, emitter) {
    const x = only(inputs);
    const window = windowOf(spec);
    const finished = spec.bias || spec.activation !== 'linear';
    const y = emitter.output();
    const pooled = finished ? emitter.value('pooled', y.shape) : y;
    emitter.call(`${spec.mode}-pool.forward`, [x], [pooled], window);
    if (finished) emitFinish(spec, emitter, pooled, y);
    return {
      output: y,
      backward(dY, [wantsX]) {
        const delta = throughActivation(emitter, spec.activation, y, dY);
        if (spec.bias) {
          emitter.call('channel-bias.backward', [delta], [emitter.parameterGradient('bias')], {});
        }
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        if (spec.mode === 'max') emitter.call('max-pool.backward', [x, delta], [dX], window);
        else emitter.call('mean-pool.backward', [delta], [dX], { ...window, inputShape: [...x.shape] });
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

function emitFinish(spec: PoolSpec, emitter: Emitter, pooled: Value, y: Value): void {
  const { activation } = spec;
  if (spec.bias) {
    emitter.call('channel-bias.forward', [pooled, emitter.parameter('bias')], [y], { activation });
  } else {
    emitter.call('activation.forward', [pooled], [y], { activation });
  }
}
