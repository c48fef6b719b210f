import { elements, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

/** y_i = -sum over j of (x_j - w_ij)^2, four images of a unit in each invocation. */
export const rbfForward: Family = ({ inputs, outputs, pitch }) => {
  const x = required(inputs[0], 'x');
  const weight = required(inputs[1], 'weight');
  const [units = 0, width = 0] = weight.shape;
  const quads = pitch / 4;
  const main = forEach(
    units * quads,
    `let unit = item / ${quads}u;
  let quad = item % ${quads}u;
  var sum = vec4f(0.0);
  for (var j = 0u; j < ${width}u; j++) {
    let off = x[j * ${quads}u + quad] - weight[unit * ${width}u + j];
    sum += off * off;
  }
  watch4(sum, quad * 4u);
  y[item] = -sum;`,
  );
  const y = required(outputs[0], 'y');
  const bindings = [reads('x', x.place), reads('weight', weight.place, 'f32'), writes('y', y.place)];
  return { shaders: [{ ...main, bindings }] };
};

/** dX_j = -2 sum over i of dY_i (x_j - w_ij). */
export const rbfBackwardInput: Family = (site) => {
  const [x, dY, weight] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const [units = 0, width = 0] = required(weight, 'weight').shape;
  const quads = site.pitch / 4;
  const { code: give, bindings: given } = outgoing(site);
  const main = forEach(
    width * quads,
    `let j = item / ${quads}u;
  let quad = item % ${quads}u;
  var sum = vec4f(0.0);
  for (var i = 0u; i < ${units}u; i++) {
    sum += dY[i * ${quads}u + quad] * (x[item] - weight[i * ${width}u + j]);
  }
  give(-2.0 * sum, item);`,
  );
  const bindings = [
    reads('x', required(x, 'x').place),
    reads('dY', required(dY, 'dY').place),
    reads('weight', required(weight, 'weight').place, 'f32'),
    ...given,
  ];
  return { shaders: [{ ...main, bindings, code: give + main.code }] };
};

/** dw_ij = 2 dY_i (x_j - w_ij), summed over the batch. */
export const rbfBackwardWeight: Family = ({ inputs, outputs, pitch }) => {
  const [x, dY, weight] = inputs.map((tensor) => required(tensor, 'operand'));
  const [, width = 0] = required(weight, 'weight').shape;
  const quads = pitch / 4;
  const main = forEach(
    elements(required(weight, 'weight').shape),
    `let i = item / ${width}u;
  let j = item % ${width}u;
  var sum = 0.0;
  for (var quad = 0u; quad < ${quads}u; quad++) {
    sum += dot(dY[i * ${quads}u + quad], x[j * ${quads}u + quad] - weight[item]);
  }
  watch(sum);
  dWeight[item] = 2.0 * sum;`,
  );
  const bindings = [
    reads('x', required(x, 'x').place),
    reads('dY', required(dY, 'dY').place),
    reads('weight', required(weight, 'weight').place, 'f32'),
    writes('dWeight', required(outputs[0], 'dWeight').place, 'f32'),
  ];
  return { shaders: [{ ...main, bindings }] };
};
