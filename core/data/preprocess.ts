import type { SampleSource, Transform } from '../backends/backend.ts';
import { ConvolabError } from '../contract/errors.ts';
import { findIssues, specError } from '../contract/issues.ts';
import type { Shape } from '../kernels/kernel.ts';
import { preprocessSchema, preprocessSteps } from './preprocess/index.ts';
import type { Affine, ByteStatistic, PreprocessContext, PreprocessStep } from './preprocess/step.ts';

export interface PlannedTransform {
  readonly transform: Transform;
  /** Per channel, in units of the 0..1 pixel: what the model sees is (pixel - mean) / deviation. */
  readonly mean: number[];
  readonly deviation: number[];
}

/** Without any step a model sees the pixels as 0..1. */
const asStored: Affine = { scale: 1 / 255, shift: 0 };

/**
 * Folds the preprocessing steps, in order, into the one affine map per channel that a backend applies while it
 * gathers a batch, and centres the image in the model's input.
 * @param steps as in `dataset.preprocess`
 * @param source the training split
 * @param trainingIndices the samples that statistics may look at
 * @param modelInput [C, H, W] as the model wants it; larger than the image means background (byte 0) around it
 * @throws `graph.shape` where the image does not fit, `spec.invalid` for a step that cannot be read
 */
export function planTransform(
  steps: readonly { readonly type: string; readonly [option: string]: unknown }[],
  source: SampleSource,
  trainingIndices: Uint32Array,
  modelInput: Shape,
): PlannedTransform {
  const padding = centre(source.shape, modelInput);
  let statistics: readonly ByteStatistic[] | undefined;
  const context: PreprocessContext = {
    source,
    trainingIndices,
    statistics: () => {
      statistics ??= byteStatistics(source, trainingIndices);
      return statistics;
    },
  };
  const [channels = 0] = source.shape;
  const maps = Array.from({ length: channels }, (_, channel) => fold(steps, channel, context));
  return {
    transform: {
      scale: Float32Array.from(maps, (map) => map.scale),
      shift: Float32Array.from(maps, (map) => map.shift),
      ...padding,
    },
    // byte * scale + shift = (pixel - mean) / deviation with pixel = byte / 255
    mean: maps.map((map) => 0 - map.shift / (255 * map.scale)),
    deviation: maps.map((map) => 1 / (255 * map.scale)),
  };
}

function fold(
  steps: readonly { readonly type: string }[],
  channel: number,
  context: PreprocessContext,
): Affine {
  let map = asStored;
  for (const [index, raw] of steps.entries()) {
    const issues = findIssues(preprocessSchema, raw, ['dataset', 'preprocess', index]);
    if (issues.length > 0) throw specError('The preprocessing', issues);
    const step = preprocessSchema.parse(raw);
    map = stepOf(step).apply(step, map, channel, context);
  }
  return map;
}

/** Parsing has found the type among those known. */
function stepOf(spec: { type: string }): PreprocessStep {
  return preprocessSteps.get(spec.type) as PreprocessStep;
}

function centre(image: Shape, model: Shape): { padTop: number; padLeft: number } {
  const [channels, height, width] = image as [number, number, number];
  const [modelChannels, modelHeight, modelWidth] = model as [number, number, number];
  if (channels === modelChannels && height <= modelHeight && width <= modelWidth) {
    return { padTop: (modelHeight - height) >> 1, padLeft: (modelWidth - width) >> 1 };
  }
  throw new ConvolabError(
    'graph.shape',
    `Images of [${image.join(', ')}] do not fit a model input of [${model.join(', ')}].`,
    {
      subject: 'model.input',
      hint: 'Give the model as many channels as the images, and at least their height and width.',
    },
  );
}

/** Mean and deviation of every channel's bytes. Sums of bytes are exact in float64, so any order gives the same. */
function byteStatistics(source: SampleSource, indices: Uint32Array): ByteStatistic[] {
  const [channels = 0, height = 0, width = 0] = source.shape;
  const plane = height * width;
  const count = plane * indices.length;
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    let squares = 0;
    for (const index of indices) {
      const start = (index * channels + channel) * plane;
      for (let i = start; i < start + plane; i++) {
        const byte = source.images[i] as number;
        sum += byte;
        squares += byte * byte;
      }
    }
    const mean = sum / count;
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  });
}
