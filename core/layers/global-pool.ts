import type { z } from 'zod';
import { choice } from '../contract/fields.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import { windowPart } from './explain.ts';
import { type LayerDefinition, layerSchema, only, shapeError } from './layer.ts';

const schema = layerSchema('global-pool', {
  mode: choice(
    { mean: 'Mean', max: 'Maximum' },
    { label: 'Mode', help: 'What is kept of each map: its mean or its largest element.', default: 'mean' },
  ),
});
type GlobalPoolSpec = z.output<typeof schema>;

/** Pooling (3) over the whole of each map, whatever its size: [C, H, W] to [C, 1, 1]. */
export const globalPool: LayerDefinition<GlobalPoolSpec> = {
  type: 'global-pool',
  label: 'Global pooling',
  help: 'Keeps one number of each map: its mean or its maximum.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    const input = only(inputs);
    if (input.length === 3) return [mapShape(input)[0], 1, 1];
    throw shapeError(spec, inputs, 'it pools maps', 'put it before any dense or flatten layer');
  },

  parameters: () => [],
  flops: (_spec, inputs) => elements(only(inputs)),

  explain({ mode }, { channel }, { inputs }) {
    const x = only(inputs);
    const [, height, width] = mapShape(x.shape);
    const part = windowPart(x, { input: 0, channel, top: 0, left: 0, height, width, weights: null });
    const combine = mode === 'max' ? 'maximum' : 'mean';
    return { combine, parts: [part], gain: null, bias: null, activation: 'linear' };
  },

  emit({ mode }, inputs, emitter) {
    const x = only(inputs);
    const y = emitter.output();
    emitter.call('global-pool.forward', [x], [y], { mode });
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('global-pool.backward', [x, dY], [dX], { mode });
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'mean', input: [3, 4, 3], layers: [{ id: 'L', type: 'global-pool' }] },
    {
      name: 'max, before a dense layer',
      input: [3, 4, 3],
      layers: [
        { id: 'L', type: 'global-pool', mode: 'max' },
        { id: 'OUT', type: 'dense', units: 2 },
      ],
      kinked: true,
    },
  ],
};
