import type { z } from 'zod';
import { elements } from '../kernels/shape.ts';
import { type LayerDefinition, layerSchema, only } from './layer.ts';

const schema = layerSchema('softmax', {});
type SoftmaxSpec = z.output<typeof schema>;

/** Probabilities that sum to one over all elements of a sample. */
export const softmax: LayerDefinition<SoftmaxSpec> = {
  type: 'softmax',
  label: 'Softmax',
  help: 'Turns the elements of each sample into probabilities. Not before softmax cross-entropy, which does it itself.',
  schema,
  takes: 'one',
  shape: (_, inputs) => only(inputs),
  parameters: () => [],
  // A difference, an exponential, a sum and a division for each element.
  flops: (_spec, _inputs, output) => 4 * elements(output),

  emit(_spec, inputs, emitter) {
    const x = only(inputs);
    const y = emitter.output();
    emitter.call('softmax.forward', [x], [y], {});
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('softmax.backward', [y, dY], [dX], {});
        return [dX];
      },
    };
  },

  gradientChecks: [
    {
      name: 'of a vector',
      input: [1, 3, 3],
      layers: [
        { id: 'K', type: 'dense', units: 4 },
        { id: 'L', type: 'softmax' },
      ],
    },
    { name: 'of maps', input: [2, 2, 2], layers: [{ id: 'L', type: 'softmax' }] },
  ],
};
