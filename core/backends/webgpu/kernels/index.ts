import type { Family } from '../shader.ts';
import {
  batchNormBackwardInput,
  batchNormBackwardWeight,
  batchNormNormalize,
  batchNormStatistics,
} from './batch-norm.ts';
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from './conv2d.ts';
import { denseBackwardInput, denseBackwardWeight, denseForward } from './dense.ts';
import { dropoutBackward, dropoutForward } from './dropout.ts';
import { globalPoolBackward, globalPoolForward } from './global-pool.ts';
import { localBackwardInput, localBackwardWeight, localForward } from './local.ts';
import { binaryCrossEntropy, hinge, mse, softmaxCrossEntropy } from './losses.ts';
import { lrnBackward, lrnForward } from './lrn.ts';
import {
  activationBackward,
  activationForward,
  addForward,
  channelBiasForward,
  channelScaleBackwardInput,
  channelScaleForward,
  concatBackward,
  concatForward,
} from './pointwise.ts';
import { maxPoolBackward, maxPoolForward, meanPoolBackward, meanPoolForward } from './pool.ts';
import { rbfBackwardInput, rbfBackwardWeight, rbfForward } from './rbf.ts';
import { channelBiasBackward, channelScaleBackwardWeight } from './reduce.ts';
import { softmaxBackward, softmaxForward } from './softmax.ts';

/** Every kernel of a plan by name. Updates belong to no call: they stand in `update.ts`. */
export const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['conv2d.forward', conv2dForward],
  ['conv2d.backward-input', conv2dBackwardInput],
  ['conv2d.backward-weight', conv2dBackwardWeight],
  ['dense.forward', denseForward],
  ['dense.backward-input', denseBackwardInput],
  ['dense.backward-weight', denseBackwardWeight],
  ['max-pool.forward', maxPoolForward],
  ['max-pool.backward', maxPoolBackward],
  ['mean-pool.forward', meanPoolForward],
  ['mean-pool.backward', meanPoolBackward],
  ['channel-bias.forward', channelBiasForward],
  ['channel-bias.backward', channelBiasBackward],
  ['channel-scale.forward', channelScaleForward],
  ['channel-scale.backward-input', channelScaleBackwardInput],
  ['channel-scale.backward-weight', channelScaleBackwardWeight],
  ['global-pool.forward', globalPoolForward],
  ['global-pool.backward', globalPoolBackward],
  ['local.forward', localForward],
  ['local.backward-input', localBackwardInput],
  ['local.backward-weight', localBackwardWeight],
  ['rbf.forward', rbfForward],
  ['rbf.backward-input', rbfBackwardInput],
  ['rbf.backward-weight', rbfBackwardWeight],
  ['lrn.forward', lrnForward],
  ['lrn.backward', lrnBackward],
  ['batch-norm.statistics', batchNormStatistics],
  ['batch-norm.normalize', batchNormNormalize],
  ['batch-norm.backward-weight', batchNormBackwardWeight],
  ['batch-norm.backward-input', batchNormBackwardInput],
  ['dropout.forward', dropoutForward],
  ['dropout.backward', dropoutBackward],
  ['activation.forward', activationForward],
  ['activation.backward', activationBackward],
  ['softmax.forward', softmaxForward],
  ['softmax.backward', softmaxBackward],
  ['concat.forward', concatForward],
  ['concat.backward', concatBackward],
  ['add.forward', addForward],
  ['softmax-cross-entropy', softmaxCrossEntropy],
  ['mse', mse],
  ['binary-cross-entropy', binaryCrossEntropy],
  ['hinge', hinge],
]);

/**
 * Kernels whose first output is a gradient that need not be written as it is, and how much may follow before it is:
 * WebGPU promises eight buffers for each dispatch.
 */
export const givers: ReadonlyMap<string, number> = new Map([
  ['conv2d.backward-input', 3],
  ['dense.backward-input', 3],
  ['max-pool.backward', 3],
  ['mean-pool.backward', 3],
  ['global-pool.backward', 3],
  ['channel-scale.backward-input', 3],
  ['local.backward-input', 3],
  ['rbf.backward-input', 3],
  ['lrn.backward', 3],
  ['add.forward', 1],
]);
