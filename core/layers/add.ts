import type { z } from 'zod';
import { elements, formatShape, sameShape } from '../kernels/shape.ts';
import { elementPart, indexOf } from './explain.ts';
import { type LayerDefinition, layerSchema, only, shapeError } from './layer.ts';

const schema = layerSchema('add', {});
type AddSpec = z.output<typeof schema>;

/** The sum of its inputs, which have one shape. */
export const add: LayerDefinition<AddSpec> = {
  type: 'add',
  label: 'Add',
  help: 'Adds several layers of one shape, element by element.',
  schema,
  takes: 'several',

  shape(spec, inputs) {
    const first = only(inputs);
    const odd = inputs.find((shape) => !sameShape(shape, first));
    if (odd) {
      throw shapeError(
        spec,
        inputs,
        `${formatShape(odd)} cannot be added to ${formatShape(first)}`,
        'give the layers it takes the same number of maps and the same size',
      );
    }
    return first;
  },

  parameters: () => [],
  flops: (_spec, inputs, output) => (inputs.length - 1) * elements(output),

  explain(_spec, place, { inputs, shape }) {
    const parts = inputs.map((x, input) => elementPart(x, input, indexOf(shape, place)));
    return { combine: 'sum', parts, gain: null, bias: null, activation: 'linear' };
  },

  emit(_spec, inputs, emitter) {
    const y = emitter.output();
    emitter.call('add.forward', inputs, [y], {});
    return {
      output: y,
      // The gradient of each input is that of the sum itself.
      backward: (dY, wanted) => wanted.map((wants) => (wants ? dY : null)),
    };
  },

  gradientChecks: [
    {
      name: 'a residual connection',
      input: [2, 3, 3],
      layers: [
        { id: 'A', type: 'conv', filters: 2, kernel: 1, activation: 'tanh' },
        { id: 'B', type: 'conv', filters: 2, kernel: 3, pad: 1 },
        { id: 'L', type: 'add', from: ['A', 'B'] },
        { id: 'R', type: 'activation', fn: 'sigmoid' },
        { id: 'OUT', type: 'dense', units: 2 },
      ],
    },
    {
      name: 'one layer added to itself',
      input: [1, 3, 3],
      layers: [
        { id: 'A', type: 'dense', units: 3, activation: 'tanh' },
        { id: 'L', type: 'add', from: ['A', 'A'] },
        { id: 'OUT', type: 'dense', units: 2, activation: 'sigmoid' },
      ],
    },
  ],
};
