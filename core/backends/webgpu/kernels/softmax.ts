import { elements, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, writes } from '../shader.ts';

/** The largest of a sample's numbers, and the sum of exp(number - largest), which never overflows. */
export const softmaxSums = (name: string, count: number, pitch: number): string => `
  var largest = ${name}[image];
  for (var k = 1u; k < ${count}u; k++) { largest = max(largest, ${name}[k * ${pitch}u + image]); }
  var sum = 0.0;
  for (var k = 0u; k < ${count}u; k++) { sum += exp(${name}[k * ${pitch}u + image] - largest); }`;

/** y_i = exp(x_i) / sum of exp(x_j), one sample for each invocation. */
export const softmaxForward: Family = ({ inputs, outputs, pitch }) => {
  const x = required(inputs[0], 'x');
  const y = required(outputs[0], 'y');
  const count = elements(x.shape);
  const main = forEach(
    pitch,
    `let image = item;
  ${softmaxSums('x', count, pitch)}
  for (var k = 0u; k < ${count}u; k++) {
    let result = exp(x[k * ${pitch}u + image] - largest) / sum;
    if (image < batch.count) { watch(result); }
    y[k * ${pitch}u + image] = result;
  }`,
  );
  return { shaders: [{ ...main, bindings: [reads('x', x.place, 'f32'), writes('y', y.place, 'f32')] }] };
};

/** The rule (13) asks for: dX_i = y_i (dY_i - sum over j of dY_j y_j). */
export const softmaxBackward: Family = ({ inputs, outputs, pitch }) => {
  const y = required(inputs[0], 'y');
  const dY = required(inputs[1], 'dY');
  const dX = required(outputs[0], 'dX');
  const count = elements(y.shape);
  const main = forEach(
    pitch,
    `var mean = 0.0;
  for (var k = 0u; k < ${count}u; k++) { mean += dY[k * ${pitch}u + item] * y[k * ${pitch}u + item]; }
  for (var k = 0u; k < ${count}u; k++) {
    let result = y[k * ${pitch}u + item] * (dY[k * ${pitch}u + item] - mean);
    if (item < batch.count) { watch(result); }
    dX[k * ${pitch}u + item] = result;
  }`,
  );
  const bindings = [reads('y', y.place, 'f32'), reads('dY', dY.place, 'f32'), writes('dX', dX.place, 'f32')];
  return { shaders: [{ ...main, bindings }] };
};
