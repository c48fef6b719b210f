import type { z } from 'zod';
import { concatenatedShape } from '../kernels/concat.ts';
import { elements } from '../kernels/shape.ts';
import { elementPart, explainElement, indexOf } from './explain.ts';
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

  // Either way the inputs' elements follow one another, in C, H, W order.
  explain(_spec, place, { inputs, shape }) {
    let index = indexOf(shape, place);
    for (const [input, x] of inputs.entries()) {
      if (index < elements(x.shape)) return explainElement(elementPart(x, input, index));
      index -= elements(x.shape);
    }
    throw new RangeError(`no input of the concatenation has element ${indexOf(shape, place)}`);
  },

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
