import type { SampleSource, Transform } from '../backends/backend.ts';
import { ConvolabError } from '../contract/errors.ts';
import { findIssues, specError } from '../contract/issues.ts';
import type { Shape } from '../kernels/kernel.ts';
import { preprocessSchema, preprocessSteps } from './preprocess/index.ts';
import type { Affine, PixelStatistic, PreprocessContext, PreprocessStep } from './preprocess/step.ts';

export interface PlannedTransform {
  readonly transform: Transform;
  /** Per channel: what the model sees is (pixel - mean) / deviation, a pixel being byte / 255, or the float itself. */
  readonly mean: number[];
  readonly deviation: number[];
}

/** Stored numbers to one unit of a pixel: a byte counts in 255ths. */
function unitsOf({ images }: SampleSource): number {
  return images instanceof Float32Array ? 1 : 255;
}

/**
 * Folds the preprocessing steps, in order, into the one affine map per channel that a backend applies while it
 * gathers a batch, and centres the image in the model's input.
 * @param steps as in `dataset.preprocess`
 * @param source the training split
 * @param trainingIndices the samples that statistics may look at
 * @param modelInput [C, H, W] as the model wants it; larger than the image means background (a stored 0) around it
 * @param windows an image may be larger than that: what is seen of it, where nothing is random, is its middle
 * @throws `graph.shape` where the image does not fit, `spec.invalid` for a step that cannot be read
 */
export function planTransform(
  steps: readonly { readonly type: string; readonly [option: string]: unknown }[],
  source: SampleSource,
  trainingIndices: Uint32Array,
  modelInput: Shape,
  windows = false,
): PlannedTransform {
  const padding = centre(source.shape, modelInput, windows);
  const units = unitsOf(source);
  let statistics: readonly PixelStatistic[] | undefined;
  const context: PreprocessContext = {
    source,
    trainingIndices,
    statistics: () => {
      statistics ??= pixelStatistics(source, trainingIndices);
      return statistics;
    },
  };
  const [channels = 0] = source.shape;
  const maps = Array.from({ length: channels }, (_, channel) => fold(steps, channel, context, units));
  return {
    transform: {
      scale: Float32Array.from(maps, (map) => map.scale),
      shift: Float32Array.from(maps, (map) => map.shift),
      ...padding,
    },
    // stored * scale + shift = (pixel - mean) / deviation with pixel = stored / units
    mean: maps.map((map) => 0 - map.shift / (units * map.scale)),
    deviation: maps.map((map) => 1 / (units * map.scale)),
  };
}

function fold(
  steps: readonly { readonly type: string }[],
  channel: number,
  context: PreprocessContext,
  units: number,
): Affine {
  // Without any step a model sees pixels as they are, bytes as 0..1.
  let map: Affine = { scale: 1 / units, shift: 0 };
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

function centre(image: Shape, model: Shape, windows: boolean): { padTop: number; padLeft: number } {
  const [channels, height, width] = image as [number, number, number];
  const [modelChannels, modelHeight, modelWidth] = model as [number, number, number];
  const fits = height <= modelHeight && width <= modelWidth;
  if (channels === modelChannels && (fits || windows)) {
    return { padTop: (modelHeight - height) >> 1, padLeft: (modelWidth - width) >> 1 };
  }
  throw new ConvolabError(
    'graph.shape',
    `Images of [${image.join(', ')}] do not fit a model input of [${model.join(', ')}].`,
    {
      subject: 'model.input',
      hint: 'Give the model as many channels as the images, and at least their height and width; or cut windows out of larger images by a crop in dataset.augment.',
    },
  );
}

/** Mean and deviation of every channel, as stored. */
function pixelStatistics(source: SampleSource, indices: Uint32Array): PixelStatistic[] {
  const [channels = 0, height = 0, width = 0] = source.shape;
  const plane = height * width;
  const count = plane * indices.length;
  return Array.from({ length: channels }, (_, channel) => {
    const sums: Sums = { sum: 0, squares: 0 };
    for (const index of indices) {
      const start = (index * channels + channel) * plane;
      addUp(source.images, start, start + plane, sums);
    }
    const { sum, squares } = sums;
    const mean = sum / count;
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  });
}

interface Sums {
  sum: number;
  squares: number;
}

/**
 * Adds the values of one plane. Sums of bytes are exact in float64, so any order gives the same; floats are added up one by one
 * in the order of the samples. Apart from the loop over these, so that it is compiled after the first few.
 */
function addUp(values: SampleSource['images'], start: number, end: number, sums: Sums): void {
  let { sum, squares } = sums;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    sum += value;
    squares += value * value;
  }
  sums.sum = sum;
  sums.squares = squares;
}
