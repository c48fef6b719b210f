import { activationBackward, activationForward } from './activation.ts';
import { addForward } from './add.ts';
import { averageUpdate } from './average.ts';
import {
  batchNormBackwardInput,
  batchNormBackwardWeight,
  batchNormNormalize,
  batchNormStatistics,
} from './batch-norm.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { channelBiasBackward, channelBiasForward } from './channel-bias.ts';
import {
  channelScaleBackwardInput,
  channelScaleBackwardWeight,
  channelScaleForward,
} from './channel-scale.ts';
import { concatBackward, concatForward } from './concat.ts';
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from './conv2d.ts';
import { denseBackwardInput, denseBackwardWeight, denseForward } from './dense.ts';
import { dropoutBackward, dropoutForward } from './dropout.ts';
import { globalPoolBackward, globalPoolForward } from './global-pool.ts';
import { hinge } from './hinge.ts';
import type { Kernel } from './kernel.ts';
import { localBackwardInput, localBackwardWeight, localForward } from './local.ts';
import { mse, softmaxCrossEntropy } from './losses.ts';
import { lrnBackward, lrnForward } from './lrn.ts';
import { maxPoolBackward, maxPoolForward } from './max-pool.ts';
import { meanPoolBackward, meanPoolForward } from './mean-pool.ts';
import { optimizerKernels } from './optimizers/index.ts';
import { rbfBackwardInput, rbfBackwardWeight, rbfForward } from './rbf.ts';
import { softmaxBackward, softmaxForward } from './softmax.ts';

const all: readonly Kernel[] = [
  conv2dForward,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  localForward,
  localBackwardInput,
  localBackwardWeight,
  denseForward,
  denseBackwardInput,
  denseBackwardWeight,
  rbfForward,
  rbfBackwardInput,
  rbfBackwardWeight,
  maxPoolForward,
  maxPoolBackward,
  meanPoolForward,
  meanPoolBackward,
  globalPoolForward,
  globalPoolBackward,
  channelBiasForward,
  channelBiasBackward,
  channelScaleForward,
  channelScaleBackwardInput,
  channelScaleBackwardWeight,
  activationForward,
  activationBackward,
  lrnForward,
  lrnBackward,
  batchNormStatistics,
  batchNormNormalize,
  batchNormBackwardWeight,
  batchNormBackwardInput,
  dropoutForward,
  dropoutBackward,
  softmaxForward,
  softmaxBackward,
  concatForward,
  concatBackward,
  addForward,
  softmaxCrossEntropy,
  mse,
  binaryCrossEntropy,
  hinge,
  ...optimizerKernels,
  averageUpdate,
];

/** Every kernel by name: what a backend must implement, and on which cases it is judged. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(all.map((kernel) => [kernel.name, kernel]));
