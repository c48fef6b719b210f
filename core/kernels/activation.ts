import { z } from 'zod';
import { activationName, activations } from './activations.ts';
import type { Kernel, KernelCase, Shape } from './kernel.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({ activation: activationName });
type Attributes = z.infer<typeof attributes>;

/** y = f(u), element by element (2). Inputs: x. Outputs: y. */
export const activationForward: Kernel<Attributes> = {
  name: 'activation.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  inPlace: [0],
  shapes: ([x]) => [required(x, 'x')],
  reference([x], [y], { activation }) {
    const { data } = required(x, 'x');
    const out = required(y, 'y').data;
    const { value } = activations[activation];
    for (let i = 0; i < data.length; i++) out[i] = value(data[i]!);
  },
  cases: [
    ...cases((shape) => [shape]),
    ...activationName.options.map((activation) => ({
      name: `${activation}, far into saturation`,
      attributes: { activation },
      batch: 17,
      inputs: [[9]],
      draw: { x: 'extreme' as const },
    })),
  ],
};

/**
 * dX = dY * f'(u), with f' in terms of y, or of u for the functions whose y does not tell it (`ofInput`): `y` is then u.
 * Every layer with a fused activation begins its backward pass with it: dX is the lecture's delta. Inputs: y, dY.
 * Outputs: dX.
 */
export const activationBackward: Kernel<Attributes> = {
  name: 'activation.backward',
  inputs: [
    { name: 'y', role: 'value' },
    { name: 'dY', role: 'value' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes,
  inPlace: [1],
  shapes: ([y]) => [required(y, 'y')],
  // (14), (17): delta = dJ/dy * f'(u)
  reference([y, dY], [dX], { activation }) {
    const output = required(y, 'y').data;
    const gradient = required(dY, 'dY').data;
    const out = required(dX, 'dX').data;
    const { slope } = activations[activation];
    for (let i = 0; i < output.length; i++) out[i] = gradient[i]! * slope(output[i]!);
  },
  cases: cases((shape) => [shape, shape]),
};

function cases(inputs: (shape: Shape) => Shape[]): KernelCase<Attributes>[] {
  const shapes: [string, number, Shape][] = [
    ['one element', 1, [1]],
    ['a vector, batch 5', 5, [7]],
    ['maps, batch 16', 16, [3, 5, 4]],
    ['maps of odd size, batch 17', 17, [2, 3, 3]],
    ['a vector, batch 64', 64, [10]],
  ];
  return activationName.options.flatMap((activation) =>
    shapes.map(([name, batch, shape]) => ({
      name: `${activation}, ${name}`,
      attributes: { activation },
      batch,
      inputs: inputs(shape),
    })),
  );
}
