import type { z } from 'zod';
import { integer, number } from '../contract/fields.ts';
import { elements } from '../kernels/shape.ts';
import { type LayerDefinition, layerSchema, only, shapeError } from './layer.ts';

const schema = layerSchema('lrn', {
  n: integer({ label: 'Window', help: 'Maps around each one (28).', unit: 'maps', default: 5, minimum: 1 }),
  k: number({ label: 'k', help: 'Constant in the bracket of (28).', default: 2, minimum: 1e-6 }),
  alpha: number({
    label: 'Alpha',
    help: 'Factor on the sum of squares, which is not divided by the window (28).',
    default: 1e-4,
    minimum: 0,
  }),
  beta: number({ label: 'Beta', help: 'Exponent of the bracket (28).', default: 0.75, minimum: 0 }),
});
type LrnSpec = z.output<typeof schema>;

/** Local response normalisation (28); the defaults are AlexNet's. */
export const lrn: LayerDefinition<LrnSpec> = {
  type: 'lrn',
  label: 'Local response normalisation',
  help: 'Divides each element by a power of the squares in its place on the maps around it.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    const input = only(inputs);
    if (input.length === 3) return input;
    const hint = 'put it before any dense or flatten layer';
    throw shapeError(spec, inputs, 'neighbouring maps are normalised by each other', hint);
  },

  parameters: () => [],
  // A multiply-add for each map of the window; then the bracket, a power and a product.
  flops: (spec, _inputs, output) => elements(output) * (2 * spec.n + 4),

  emit({ n, k, alpha, beta }, inputs, emitter) {
    const attributes = { n, k, alpha, beta };
    const x = only(inputs);
    const y = emitter.output();
    emitter.call('lrn.forward', [x], [y], attributes);
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('lrn.backward', [x, dY], [dX], attributes);
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'AlexNet’s constants', input: [6, 3, 3], layers: [{ id: 'L', type: 'lrn' }] },
    {
      name: 'constants that change the numbers, between convolutions',
      input: [4, 4, 3],
      layers: [
        { id: 'L', type: 'lrn', n: 3, k: 1, alpha: 0.8, beta: 0.6 },
        { id: 'C', type: 'conv', filters: 2, kernel: 2, activation: 'tanh' },
      ],
    },
  ],
};
