import { activationBackward, activationForward } from './activation.ts';
import { addForward } from './add.ts';
import { channelBiasBackward, channelBiasForward } from './channel-bias.ts';
import { concatBackward, concatForward } from './concat.ts';
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from './conv2d.ts';
import { denseBackwardInput, denseBackwardWeight, denseForward } from './dense.ts';
import type { Kernel } from './kernel.ts';
import { mse, softmaxCrossEntropy } from './losses.ts';
import { maxPoolBackward, maxPoolForward } from './max-pool.ts';
import { meanPoolBackward, meanPoolForward } from './mean-pool.ts';
import { sgdUpdate } from './sgd.ts';
import { softmaxBackward, softmaxForward } from './softmax.ts';

const all: readonly Kernel[] = [
  conv2dForward,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  denseForward,
  denseBackwardInput,
  denseBackwardWeight,
  maxPoolForward,
  maxPoolBackward,
  meanPoolForward,
  meanPoolBackward,
  channelBiasForward,
  channelBiasBackward,
  activationForward,
  activationBackward,
  softmaxForward,
  softmaxBackward,
  concatForward,
  concatBackward,
  addForward,
  softmaxCrossEntropy,
  mse,
  sgdUpdate,
];

/** Every kernel by name: what a backend must implement, and on which cases it is judged. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(all.map((kernel) => [kernel.name, kernel]));
