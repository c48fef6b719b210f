import { z } from 'zod';
import { field } from '../contract/fields.ts';
import { elements } from '../kernels/shape.ts';
import { elementPart, explainElement, indexOf } from './explain.ts';
import { type LayerDefinition, layerSchema, only } from './layer.ts';

const schema = layerSchema('dropout', {
  rate: field<number>(z.number().min(0).lt(1), {
    label: 'Rate',
    help: 'Share of the elements that a training step sets to 0; the others are scaled up by as much as is lost.',
    kind: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
  }),
});
type DropoutSpec = z.output<typeof schema>;

/** Dropout: each training step leaves out others, drawn from seed, step and element; nothing in evaluation and probes. */
export const dropout: LayerDefinition<DropoutSpec> = {
  type: 'dropout',
  label: 'Dropout',
  help: 'Sets random elements to 0 in training, so that units learn not to rely on each other.',
  schema,
  takes: 'one',
  shape: (_, inputs) => only(inputs),
  parameters: () => [],
  flops: (_spec, _inputs, output) => elements(output),

  // In evaluation nothing is left out.
  explain: (_, place, { inputs, shape }) =>
    explainElement(elementPart(only(inputs), 0, indexOf(shape, place))),

  emit(spec, inputs, emitter) {
    const attributes = { rate: spec.rate, layer: emitter.place };
    const x = only(inputs);
    const y = emitter.output();
    emitter.call('dropout.forward', [x], [y], attributes);
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('dropout.backward', [dY], [dX], attributes);
        return [dX];
      },
    };
  },

  gradientChecks: [
    { name: 'of maps', input: [2, 4, 4], layers: [{ id: 'L', type: 'dropout', rate: 0.3 }] },
    {
      name: 'two layers, which draw apart',
      input: [2, 3, 3],
      layers: [
        { id: 'K', type: 'dropout' },
        { id: 'D', type: 'dense', units: 9, activation: 'tanh' },
        { id: 'L', type: 'dropout' },
        { id: 'OUT', type: 'dense', units: 3 },
      ],
    },
  ],
};
