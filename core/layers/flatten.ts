import type { z } from 'zod';
import { elements } from '../kernels/shape.ts';
import { elementPart, explainElement } from './explain.ts';
import { type LayerDefinition, layerSchema, only } from './layer.ts';

const schema = layerSchema('flatten', {});
type FlattenSpec = z.output<typeof schema>;

/** Maps as one vector, in C, H, W order. Costs nothing: the same elements in another shape. */
export const flatten: LayerDefinition<FlattenSpec> = {
  type: 'flatten',
  label: 'Flatten',
  help: 'Turns maps into one vector, map by map and row by row.',
  schema,
  takes: 'one',
  shape: (_, inputs) => [elements(only(inputs))],
  parameters: () => [],
  flops: () => 0,

  explain: (_, { channel }, { inputs }) => explainElement(elementPart(only(inputs), 0, channel)),

  emit(_spec, inputs, emitter) {
    const x = only(inputs);
    return {
      output: emitter.outputView(x),
      backward: (dY, [wantsX]) => [wantsX ? emitter.view(dY, 'out.grad.maps', x.shape) : null],
    };
  },

  gradientChecks: [
    {
      name: 'between convolution and dense',
      input: [2, 3, 3],
      layers: [
        { id: 'L', type: 'flatten' },
        { id: 'OUT', type: 'dense', units: 3 },
      ],
    },
    { name: 'as the last layer', input: [2, 3, 3], layers: [{ id: 'L', type: 'flatten' }] },
  ],
};
