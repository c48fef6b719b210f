import type { z } from 'zod';
import { choice, integer } from '../contract/fields.ts';
import { elements } from '../kernels/shape.ts';
import { digitPatterns } from './digit-patterns.ts';
import { type LayerDefinition, layerSchema, only, shapeError } from './layer.ts';

const schema = layerSchema('rbf', {
  units: integer({ label: 'Units', help: 'Number of outputs.', minimum: 1 }),
  centres: choice(
    { digits: 'Digits, fixed', trained: 'Drawn at random, trained' },
    {
      label: 'Centres',
      help: 'What the outputs measure the distance to: ten digits drawn in 7x12 pixels, as in LeNet-5, or what is learnt.',
      default: 'digits',
    },
  ),
});
type RbfSpec = z.output<typeof schema>;

/** Units and inputs for which there are patterns of digits. */
const digits = { units: 10, inputs: 84 };

/** Radial basis functions, LeNet-5's output layer: each output is minus the squared distance of x to a centre. */
export const rbf: LayerDefinition<RbfSpec> = {
  type: 'rbf',
  label: 'Radial basis functions',
  help: 'Outputs how near its input is to each of several centres.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    const fits = spec.units === digits.units && elements(only(inputs)) === digits.inputs;
    if (spec.centres === 'trained' || fits) return [spec.units];
    throw shapeError(
      spec,
      inputs,
      `the patterns of digits are for ${digits.units} units on ${digits.inputs} inputs`,
      'put a dense layer of 84 units before it, or let the centres be trained',
    );
  },

  parameters(spec, inputs) {
    const fanIn = elements(only(inputs));
    const shape = [spec.units, fanIn];
    const initializer = { type: 'lecun', gain: Math.sqrt(fanIn / 3), fanIn, fanOut: spec.units };
    if (spec.centres === 'trained') return [{ role: 'weight', shape, initializer }];
    return [{ role: 'weight', shape, initializer, values: digitPatterns, update: { type: 'fixed' } }];
  },

  // A difference and a multiply-add for each weight.
  flops: (spec, inputs) => 3 * spec.units * elements(only(inputs)),

  emit(spec, inputs, emitter) {
    const x = only(inputs);
    const weight = emitter.parameter('weight');
    const y = emitter.output();
    emitter.call('rbf.forward', [x, weight], [y], {});
    return {
      output: y,
      backward(dY, [wantsX]) {
        if (spec.centres === 'trained') {
          emitter.call('rbf.backward-weight', [x, dY, weight], [emitter.parameterGradient('weight')], {});
        }
        if (!wantsX) return [null];
        const dX = emitter.gradientOf(x);
        emitter.call('rbf.backward-input', [x, dY, weight], [dX], { inputShape: [...x.shape] });
        return [dX];
      },
    };
  },

  gradientChecks: [
    {
      name: 'trained centres',
      input: [2, 3, 3],
      layers: [
        { id: 'D', type: 'dense', units: 6, activation: 'tanh' },
        { id: 'L', type: 'rbf', units: 4, centres: 'trained' },
        { id: 'A', type: 'activation', fn: 'tanh' },
      ],
    },
    {
      name: 'digits, which stay as they are',
      input: [2, 3, 3],
      layers: [
        { id: 'D', type: 'dense', units: 84, activation: 'scaled-tanh' },
        { id: 'L', type: 'rbf', units: 10 },
        { id: 'S', type: 'softmax' },
      ],
    },
  ],
};
