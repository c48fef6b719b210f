import type { SampleSource } from '../../backends/backend.ts';
import { gather } from '../../backends/reference/gather.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { InspectedImage } from '../../contract/inspect.ts';
import type { TensorPayload } from '../../contract/tensor.ts';
import type { Shape } from '../../kernels/kernel.ts';
import { elements } from '../../kernels/shape.ts';
import type { RunData } from '../run-network.ts';
import { picturesOf } from './pictures.ts';

/** An image as the network sees it. */
export interface SeenImage {
  /** [C, H, W] */
  readonly x: Float32Array;
  /** u8 [C, H, W], as people see it. */
  readonly picture: Uint8Array;
  readonly label: number | null;
}

/** Samples of a split, by their places in the stored set. */
export interface SplitPart {
  readonly source: SampleSource;
  readonly indices: ArrayLike<number>;
}

/**
 * @param input of the model, [C, H, W]
 * @throws `argument.invalid` for a split or place that is not there, or pixels that are none of this data set's
 */
export function readImage(data: RunData, input: Shape, image: InspectedImage): SeenImage {
  const { source, index } = 'pixels' in image ? ownImage(data, image.pixels) : storedImage(data, image);
  const label = source.labels[index] as number;
  const one = Uint32Array.of(index);
  return {
    x: seenBy(data, input, source, one),
    picture: picturesOf(source, one, data.input.transform, input),
    label: label < 0 ? null : label,
  };
}

/** Samples as the model's input, [indices.length, C, H, W]. */
export function seenBy(
  data: RunData,
  input: Shape,
  source: SampleSource,
  indices: Uint32Array,
): Float32Array {
  const batch = {
    shape: [indices.length, ...input],
    data: new Float64Array(indices.length * elements(input)),
  };
  gather(source, data.input.transform, indices, batch);
  return new Float32Array(batch.data);
}

/** @throws `argument.invalid`, naming the splits there are */
export function findPart(data: RunData, split: string): SplitPart {
  const part = partsOf(data)[split];
  if (part) return part;
  throw noSuchImage(data, split, 0);
}

function storedImage(data: RunData, { split, index }: { split: string; index: number }) {
  const part = partsOf(data)[split];
  if (!part || index >= part.indices.length) throw noSuchImage(data, split, index);
  return { source: part.source, index: part.indices[index] as number };
}

function partsOf({ dataset, training, validation }: RunData): Record<string, SplitPart | undefined> {
  const { train, test } = dataset.splits;
  const all = Uint32Array.from({ length: test?.labels.length ?? 0 }, (_, i) => i);
  return {
    train: train && { source: train, indices: training },
    validation: train && { source: train, indices: validation },
    test: test && { source: test, indices: all },
  };
}

function noSuchImage(data: RunData, split: string, index: number): ConvolabError {
  const known = Object.entries(partsOf(data)).map(
    ([name, part]) => `${name} (${part?.indices.length ?? 0} images)`,
  );
  return new ConvolabError('argument.invalid', `There is no image ${index} in split "${split}".`, {
    subject: split,
    hint: `The run has ${known.join(', ')}.`,
  });
}

function ownImage(
  { dataset }: RunData,
  { shape, dtype, data }: TensorPayload,
): { source: SampleSource; index: number } {
  const images = Uint8Array.from(Buffer.from(data, 'base64'));
  const fits = dtype === 'u8' && shape.join() === dataset.shape.join() && images.length === elements(shape);
  if (!fits) {
    throw new ConvolabError(
      'argument.invalid',
      `An image for this run must be [${dataset.shape.join(', ')}] bytes, not [${shape.join(', ')}] ${dtype}.`,
      { subject: 'image', hint: 'Let `runs.prepareImage` make it.' },
    );
  }
  const source = { images, labels: Int32Array.of(-1), shape, classes: dataset.classes.length };
  return { source, index: 0 };
}
