import type { Family } from '../shader.ts';
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from './conv2d.ts';
import { denseBackwardInput, denseBackwardWeight, denseForward } from './dense.ts';
import { mse, softmaxCrossEntropy } from './losses.ts';
import {
  activationBackward,
  activationForward,
  addForward,
  channelBiasForward,
  concatBackward,
  concatForward,
} from './pointwise.ts';
import { maxPoolBackward, maxPoolForward, meanPoolBackward, meanPoolForward } from './pool.ts';
import { channelBiasBackward } from './reduce.ts';
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
  ['activation.forward', activationForward],
  ['activation.backward', activationBackward],
  ['softmax.forward', softmaxForward],
  ['softmax.backward', softmaxBackward],
  ['concat.forward', concatForward],
  ['concat.backward', concatBackward],
  ['add.forward', addForward],
  ['softmax-cross-entropy', softmaxCrossEntropy],
  ['mse', mse],
]);

/** Kernels whose first output is a gradient that can take the slope of an activation as it is written. */
export const slopeTakers: ReadonlySet<string> = new Set([
  'conv2d.backward-input',
  'dense.backward-input',
  'max-pool.backward',
  'mean-pool.backward',
  'add.forward',
]);
