import { z } from 'zod';
import { activationName } from '../../../kernels/activations.ts';
import { channelShape } from '../../../kernels/batch-norm.ts';
import { required } from '../../../kernels/shape.ts';
import { activate } from '../activation.ts';
import { type Family, forEach, reads, type Site, type Tensor, writes } from '../shader.ts';
import { eachQuad, workgroupEach } from './reduce.ts';

const forwardAttributes = z.object({ epsilon: z.number(), activation: activationName });
const backwardAttributes = z.object({ epsilon: z.number() });

/** Channels, pixels of each, and quads of images of a channel. */
function channelsOf({ pitch }: Site, { shape }: Tensor) {
  const [channels, pixels] = channelShape(shape);
  return { channels, pixels, quads: (pixels * pitch) / 4 };
}

const operand = (site: Site, position: number): Tensor => required(site.inputs[position], 'operand');

/** Of the batch in training; else the running ones. */
export const batchNormStatistics: Family = (site) => {
  const x = operand(site, 0);
  const { channels, pixels, quads } = channelsOf(site, x);
  const image = `quad * 4u % ${site.pitch}u`;
  const main = workgroupEach(
    site,
    channels,
    `if (batch.training == 0u) {
    if (lane == 0u) { mean[item] = runningMean[item]; variance[item] = runningVariance[item]; }
    return;
  }
  let count = f32(batch.count * ${pixels}u);
  var sum = 0.0;
  ${eachQuad(quads, `sum += dot(select(vec4f(0.0), x[at], areThere(${image})), vec4f(1.0));`)}
  let average = total(lane, sum) / count;
  var squares = 0.0;
  ${eachQuad(
    quads,
    `let off = select(vec4f(0.0), x[at] - average, areThere(${image}));
    squares += dot(off, off);`,
  )}
  let spread = total(lane, squares) / count;
  if (lane == 0u) { watch(spread); mean[item] = average; variance[item] = spread; }`,
  );
  const bindings = [
    reads('x', x.place),
    reads('runningMean', operand(site, 1).place, 'f32'),
    reads('runningVariance', operand(site, 2).place, 'f32'),
    writes('mean', required(site.outputs[0], 'mean').place, 'f32'),
    writes('variance', required(site.outputs[1], 'variance').place, 'f32'),
  ];
  return { shaders: [{ ...main, bindings }] };
};

/** y = f(w (x - mean) / sqrt(variance + epsilon) + b). */
export const batchNormNormalize: Family = (site) => {
  const x = operand(site, 0);
  const { channels, quads } = channelsOf(site, x);
  const { epsilon, activation } = forwardAttributes.parse(site.attributes);
  const main = forEach(
    channels * quads,
    `let c = item / ${quads}u;
  let normal = (x[item] - mean[c]) / sqrt(variance[c] + ${epsilon});
  let result = activate(weight[c] * normal + bias[c]);
  watch4(result, item * 4u % ${site.pitch}u);
  y[item] = result;`,
  );
  const bindings = [
    reads('x', x.place),
    ...['mean', 'variance', 'weight', 'bias'].map((name, i) =>
      reads(name, operand(site, i + 1).place, 'f32'),
    ),
    writes('y', required(site.outputs[0], 'y').place),
  ];
  return { shaders: [{ ...main, bindings, code: activate(activation) + main.code }] };
};

/** With n = (x - mean) / sqrt(variance + epsilon): dw = sum of dY n, db = sum of dY. */
export const batchNormBackwardWeight: Family = (site) => {
  const x = operand(site, 0);
  const { channels, quads } = channelsOf(site, x);
  const { epsilon } = backwardAttributes.parse(site.attributes);
  const main = workgroupEach(
    site,
    channels,
    `var gain = 0.0;
  var sum = 0.0;
  ${eachQuad(quads, 'gain += dot(dY[at], x[at] - mean[item]); sum += dot(dY[at], vec4f(1.0));')}
  let gains = total(lane, gain) / sqrt(variance[item] + ${epsilon});
  let biases = total(lane, sum);
  if (lane == 0u) { watch(gains); watch(biases); dWeight[item] = gains; dBias[item] = biases; }`,
  );
  const bindings = [
    reads('x', x.place),
    reads('dY', operand(site, 1).place),
    reads('mean', operand(site, 2).place, 'f32'),
    reads('variance', operand(site, 3).place, 'f32'),
    writes('dWeight', required(site.outputs[0], 'dWeight').place, 'f32'),
    writes('dBias', required(site.outputs[1], 'dBias').place, 'f32'),
  ];
  return { shaders: [{ ...main, bindings }] };
};

/**
 * dX = w / sqrt(variance + epsilon) (dY - db / N - n dw / N), N being the elements of the channel; outside training
 * without the two means that are taken off. 0 beyond the batch, where the means would else leave something.
 */
export const batchNormBackwardInput: Family = (site) => {
  const x = operand(site, 0);
  const { channels, pixels, quads } = channelsOf(site, x);
  const { epsilon } = backwardAttributes.parse(site.attributes);
  const main = forEach(
    channels * quads,
    `let c = item / ${quads}u;
  let image = item * 4u % ${site.pitch}u;
  let inverse = 1.0 / sqrt(variance[c] + ${epsilon});
  let share = select(0.0, 1.0 / f32(batch.count * ${pixels}u), batch.training == 1u);
  let normal = (x[item] - mean[c]) * inverse;
  let value = weight[c] * inverse * (dY[item] - share * (dBias[c] + normal * dWeight[c]));
  watch4(value, image);
  dX[item] = select(vec4f(0.0), value, areThere(image));`,
  );
  const names = ['mean', 'variance', 'weight', 'dWeight', 'dBias'];
  const bindings = [
    reads('x', x.place),
    reads('dY', operand(site, 1).place),
    ...names.map((name, i) => reads(name, operand(site, i + 2).place, 'f32')),
    writes('dX', required(site.outputs[0], 'dX').place),
  ];
  return { shaders: [{ ...main, bindings }] };
};
