import { z } from 'zod';
import { activate, activationName } from './activations.ts';
import type { Kernel, KernelTensor, Operand, Shape } from './kernel.ts';
import { required } from './shape.ts';

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of each map over batch and pixels, of a vector's elements over the batch.
 * Weight, bias and statistics are [channels]. Statistics come from `batch-norm.statistics`, which in training are the
 * batch's own, in evaluation the running ones; the other kernels are told no more than which they are.
 */
const plain = z.strictObject({});
const epsilon = z.number().positive();
const forwardAttributes = z.strictObject({ epsilon, activation: activationName });
const backwardAttributes = z.strictObject({ epsilon });
type Plain = z.infer<typeof plain>;
type ForwardAttributes = z.infer<typeof forwardAttributes>;
type BackwardAttributes = z.infer<typeof backwardAttributes>;

/** Maps and pixels of each; a vector's elements are maps of one pixel. */
export function channelShape(shape: Shape): [channels: number, pixels: number] {
  const [channels = 1, height = 1, width = 1] = shape;
  return [channels, height * width];
}

/** Channel of each element of a value with the batch in front, and the number of elements of each channel. */
function channelsOf({ shape, data }: KernelTensor): { of: (i: number) => number; count: number } {
  const [channels, pixels] = channelShape(shape.slice(1));
  return { of: (i) => Math.floor(i / pixels) % channels, count: data.length / channels };
}

const x: Operand = { name: 'x', role: 'value' };
const dY: Operand = { name: 'dY', role: 'value' };
/** Of the batch, or running: where `batch-norm.statistics` left them, which is where the batch's part of them goes. */
const statistics: readonly Operand[] = [
  { name: 'mean', role: 'gradient' },
  { name: 'variance', role: 'gradient' },
];

/**
 * Mean and variance (of all, not of all but one) of each channel over the batch; outside training the running ones.
 * Inputs: x, running mean, running variance. Outputs: mean, variance.
 */
export const batchNormStatistics: Kernel<Plain> = {
  name: 'batch-norm.statistics',
  inputs: [x, { name: 'runningMean', role: 'parameter' }, { name: 'runningVariance', role: 'parameter' }],
  outputs: statistics,
  attributes: plain,
  usesMoment: true,
  shapes: ([maps]) => [required(maps, 'x').slice(0, 1), required(maps, 'x').slice(0, 1)],
  reference([values, runningMean, runningVariance], [mean, variance], _, _batch, moment) {
    const means = required(mean, 'mean').data;
    const variances = required(variance, 'variance').data;
    if (moment === null) {
      means.set(required(runningMean, 'runningMean').data);
      variances.set(required(runningVariance, 'runningVariance').data);
      return;
    }
    const { data } = required(values, 'x');
    const channel = channelsOf(required(values, 'x'));
    means.fill(0);
    variances.fill(0);
    for (let i = 0; i < data.length; i++) means[channel.of(i)]! += data[i]! / channel.count;
    for (let i = 0; i < data.length; i++) {
      variances[channel.of(i)]! += (data[i]! - means[channel.of(i)]!) ** 2 / channel.count;
    }
  },
  cases: shapes().flatMap(([name, batch, shape]) => {
    const call = { batch, attributes: {}, inputs: [shape, shape.slice(0, 1), shape.slice(0, 1)] };
    const training = { seed: 1, step: 0 };
    return [
      { name: `training, ${name}`, ...call, moment: training },
      {
        name: `training, far from zero, ${name}`,
        ...call,
        moment: training,
        draw: { x: 'positive' as const },
      },
      { name: `outside training, ${name}`, ...call },
    ];
  }),
};

/** y = f(w (x - mean) / sqrt(variance + epsilon) + b). Inputs: x, mean, variance, weight, bias. Outputs: y. */
export const batchNormNormalize: Kernel<ForwardAttributes> = {
  name: 'batch-norm.normalize',
  inputs: [x, ...statistics, { name: 'weight', role: 'parameter' }, { name: 'bias', role: 'parameter' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes: forwardAttributes,
  inPlace: [0],
  shapes: ([maps]) => [required(maps, 'x')],
  reference([values, mean, variance, weight, bias], [y], { epsilon: least, activation }) {
    const { data } = required(values, 'x');
    const output = required(y, 'y').data;
    const normal = normalizer(required(values, 'x'), mean, variance, least);
    for (let i = 0; i < data.length; i++) {
      const c = normal.channel(i);
      output[i] = required(weight, 'weight').data[c]! * normal.value(i) + required(bias, 'bias').data[c]!;
    }
    activate(output, output.length, activation);
  },
  cases: shapes().flatMap(([name, batch, shape], k) =>
    (k === 1 ? activationName.options : (['linear', 'relu'] as const)).map((activation) => ({
      name: `${activation}, ${name}`,
      batch,
      attributes: { epsilon: 1e-3, activation },
      inputs: [shape, ...Array.from({ length: 4 }, () => shape.slice(0, 1))],
      draw: { variance: 'positive' as const },
    })),
  ),
};

/** Summed over the batch; dY is already through the activation. Inputs: x, dY, mean, variance. Outputs: dWeight, dBias. */
export const batchNormBackwardWeight: Kernel<BackwardAttributes> = {
  name: 'batch-norm.backward-weight',
  inputs: [x, dY, ...statistics],
  outputs: [
    { name: 'dWeight', role: 'gradient' },
    { name: 'dBias', role: 'gradient' },
  ],
  attributes: backwardAttributes,
  shapes: ([maps]) => [required(maps, 'x').slice(0, 1), required(maps, 'x').slice(0, 1)],
  // With n = (x - mean) / sqrt(variance + epsilon): dw = sum of dY n, db = sum of dY
  reference([values, gradient, mean, variance], [dWeight, dBias], { epsilon: least }) {
    const { data } = required(gradient, 'dY');
    const gains = required(dWeight, 'dWeight').data.fill(0);
    const biases = required(dBias, 'dBias').data.fill(0);
    const normal = normalizer(required(values, 'x'), mean, variance, least);
    for (let i = 0; i < data.length; i++) {
      gains[normal.channel(i)]! += data[i]! * normal.value(i);
      biases[normal.channel(i)]! += data[i]!;
    }
  },
  cases: shapes().map(([name, batch, shape]) => ({
    name,
    batch,
    attributes: { epsilon: 1e-3 },
    inputs: [shape, shape, shape.slice(0, 1), shape.slice(0, 1)],
    draw: { variance: 'positive' as const },
  })),
};

/**
 * In training through the statistics as well, which are functions of every x of the channel; outside they are constants.
 * Inputs: x, dY, mean, variance, weight, dWeight, dBias. Outputs: dX.
 */
export const batchNormBackwardInput: Kernel<BackwardAttributes> = {
  name: 'batch-norm.backward-input',
  inputs: [
    x,
    dY,
    ...statistics,
    { name: 'weight', role: 'parameter' },
    { name: 'dWeight', role: 'gradient' },
    { name: 'dBias', role: 'gradient' },
  ],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes: backwardAttributes,
  inPlace: [1],
  usesMoment: true,
  shapes: ([maps]) => [required(maps, 'x')],
  // dX = w / sqrt(variance + epsilon) (dY - db / N - n dw / N), N being the elements of the channel; outside training
  // without the two means that are taken off
  reference(
    [values, gradient, mean, variance, weight, dWeight, dBias],
    [dX],
    { epsilon: least },
    _batch,
    moment,
  ) {
    const { data } = required(gradient, 'dY');
    const output = required(dX, 'dX').data;
    const normal = normalizer(required(values, 'x'), mean, variance, least);
    const share = moment === null ? 0 : 1 / normal.count;
    for (let i = 0; i < data.length; i++) {
      const c = normal.channel(i);
      const taken =
        required(dBias, 'dBias').data[c]! + normal.value(i) * required(dWeight, 'dWeight').data[c]!;
      output[i] = required(weight, 'weight').data[c]! * normal.inverse(c) * (data[i]! - share * taken);
    }
  },
  cases: shapes().flatMap(([name, batch, shape]) => {
    const channels = shape.slice(0, 1);
    const call = {
      batch,
      attributes: { epsilon: 1e-3 },
      inputs: [shape, shape, channels, channels, channels, channels, channels],
      draw: { variance: 'positive' as const },
    };
    return [
      { name: `training, ${name}`, ...call, moment: { seed: 1, step: 0 } },
      { name: `outside training, ${name}`, ...call },
    ];
  }),
};

/** (x - mean) / sqrt(variance + epsilon) of each element, with its channel. */
function normalizer(
  values: KernelTensor,
  mean: KernelTensor | null | undefined,
  variance: KernelTensor | null | undefined,
  least: number,
) {
  const { of, count } = channelsOf(values);
  const means = required(mean, 'mean').data;
  const inverses = required(variance, 'variance').data.map((v) => 1 / Math.sqrt(v + least));
  return {
    channel: of,
    count,
    inverse: (c: number) => inverses[c]!,
    value: (i: number) => (values.data[i]! - means[of(i)]!) * inverses[of(i)]!,
  };
}

function shapes(): [string, number, Shape][] {
  return [
    ['one pixel, batch 2', 2, [1, 1, 1]],
    ['batch 5', 5, [6, 4, 4]],
    ['oblong maps, batch 16', 16, [3, 5, 2]],
    ['odd sizes, batch 17', 17, [3, 5, 3]],
    ['a vector, batch 33', 33, [7]],
    ['batch 64', 64, [2, 2, 2]],
  ];
}
