import type { z } from 'zod';
import { concatenatedShape } from '../kernels/concat.ts';
import { type LayerDefinition, layerSchema } from './layer.ts';

const schema = layerSchema('concat', {});
type ConcatSpec = z.output<typeof schema>;

/** Joins its inputs: along channels where all are maps of one size, else after flattening each. */
export const concat: LayerDefinition<ConcatSpec> = {
  type: 'concat',
  label: 'Concatenate',
  help: 'Joins several layers: maps of one size along channels, anything else as vectors.',
  schema,
  takes: 'several',
  shape: (_, inputs) => concatenatedShape(inputs),
  parameters: () => [],
  flops: () => 0,

  emit(_spec, inputs, emitter) {
    const y = emitter.output();
    emitter.call('concat.forward', inputs, [y], {});
    return {
      output: y,
      backward(dY, wanted) {
        const gradients = inputs.map((x, i) => (wanted[i] ? emitter.gradientOf(x) : null));
        if (wanted.includes(true)) {
          emitter.call('concat.backward', [dY], gradients, { inputShapes: inputs.map((x) => [...x.shape]) });
        }
        return gradients;
      },
    };
  },

  gradientChecks: [
    {
      name: 'maps of one size, with a layer read twice',
      input: [2, 3, 3],
      layers: [
        { id: 'A', type: 'conv', filters: 2, kernel: 3, pad: 1, activation: 'tanh' },
        { id: 'B', type: 'conv', filters: 1, kernel: 1, activation: 'sigmoid', from: ['A'] },
        { id: 'L', type: 'concat', from: ['A', 'B'] },
        { id: 'OUT', type: 'dense', units: 2 },
      ],
    },
    {
      name: 'maps of different sizes and the input',
      input: [1, 4, 4],
      layers: [
        { id: 'A', type: 'conv', filters: 2, kernel: 3 },
        { id: 'L', type: 'concat', from: ['input', 'A'] },
        { id: 'OUT', type: 'dense', units: 2 },
      ],
    },
  ],
};
