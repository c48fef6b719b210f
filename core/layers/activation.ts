import type { z } from 'zod';
import { choice } from '../contract/fields.ts';
import { type ActivationName, activationName, activations } from '../kernels/activations.ts';
import { elements } from '../kernels/shape.ts';
import { elementPart, explainElement, indexOf } from './explain.ts';
import { activationLabels, type LayerDefinition, layerSchema, only } from './layer.ts';

const schema = layerSchema('activation', {
  fn: choice<ActivationName>(activationLabels, {
    label: 'Function',
    help: 'The function applied to every element (2).',
  }),
});
type ActivationSpec = z.output<typeof schema>;

/** An activation (2) as a layer of its own, where it cannot be part of the layer before (after an add, say). */
export const activation: LayerDefinition<ActivationSpec> = {
  type: 'activation',
  label: 'Activation',
  help: 'Applies a function to every element.',
  schema,
  takes: 'one',
  shape: (_, inputs) => only(inputs),
  parameters: () => [],
  flops: (_spec, _inputs, output) => elements(output),

  explain: (spec, place, { inputs, shape }) =>
    explainElement(elementPart(only(inputs), 0, indexOf(shape, place)), spec.fn),

  emit(spec, inputs, emitter) {
    const attributes = { activation: spec.fn };
    const x = only(inputs);
    const y = emitter.output();
    emitter.call('activation.forward', [x], [y], attributes);
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        const slopeOf = activations[spec.fn].ofInput ? x : y;
        emitter.call('activation.backward', [slopeOf, dY], [dX], attributes);
        return [dX];
      },
    };
  },

  gradientChecks: activationName.options.map((fn) => ({
    name: fn,
    input: [2, 3, 3] as const,
    layers: [{ id: 'L', type: 'activation', fn }],
    ...(activations[fn].kinked && { kinked: true }),
  })),
};
