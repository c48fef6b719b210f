import type { SampleSource } from '../../backends/backend.ts';
import type { ImageShape, ObjectBox, PairLists } from '../dataset.ts';
import type { Fit } from '../decode/job.ts';
import type { Extent, PixelArray } from './resample.ts';

interface Counted {
  readonly count: number;
  /** One per sample; `null` where there are none. */
  readonly labels: Int32Array | null;
  /** What is on a sample and where, in its own pixels; only where the images come with boxes. */
  objects?(index: number): Promise<readonly ObjectBox[]>;
}

/** One split on its way through a derivation: nothing is read before somebody asks for samples by position. */
export interface FixedSamples extends Counted {
  readonly shape: ImageShape;
  /** Bytes 0 to 255, or float32 values of any range. */
  readonly floats: boolean;
  /**
   * Writes samples into `target`, [indices.length, C, H, W]: a Float32Array where `floats`, else a Uint8Array.
   * @throws `dataset.damaged`, `file.unreadable`
   */
  read(indices: Uint32Array, target: PixelArray): Promise<void>;
}

/** Images of varied size, which have no pixels to speak of before they are brought to one. */
export interface VariedSamples extends Counted {
  readonly shape: null;
  /** The same images in colour, all of one size. */
  fitted(fit: Fit): FixedSamples;
  /** Height and width of one, by its first bytes. Throws `dataset.damaged`, `file.unreadable`. */
  measure(index: number): Promise<Extent>;
}

export type Samples = FixedSamples | VariedSamples;

/** A data set on its way through a derivation. */
export interface SampleSet {
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, Samples>>;
  /** Of samples of the split `all`; only as long as that has the samples it came with. */
  readonly pairs?: PairLists<SamplePair>;
}

export interface SamplePair {
  readonly places: readonly [number, number];
  readonly same: boolean;
}

/** Elements of one sample. */
export function sizeOf([channels, height, width]: ImageShape): number {
  return channels * height * width;
}

/** 0 to count - 1. */
export function upTo(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** A split that lies in memory. */
export function inMemory(
  { images, labels, shape }: SampleSource,
  boxes?: readonly (readonly ObjectBox[])[],
): FixedSamples {
  const size = sizeOf(shape as ImageShape);
  const labelled = labels.some((label) => label >= 0);
  return {
    count: labels.length,
    labels: labelled ? labels : null,
    ...(boxes && { objects: async (index) => boxes[index] ?? [] }),
    shape: shape as ImageShape,
    floats: images instanceof Float32Array,
    async read(indices, target) {
      for (const [place, index] of indices.entries()) {
        target.set(images.subarray(index * size, (index + 1) * size), place * size);
      }
    },
  };
}

/** Some samples of a split, in this order; the same may come twice. */
export function select<S extends Samples>(samples: S, indices: Uint32Array): S;
export function select(samples: Samples, indices: Uint32Array): Samples {
  const { labels, objects } = samples;
  const common = {
    count: indices.length,
    labels: labels && Int32Array.from(indices, (index) => labels[index] as number),
    ...(objects && { objects: (index: number) => objects(indices[index] as number) }),
  };
  if (samples.shape === null) {
    return {
      ...common,
      shape: null,
      fitted: (fit) => select(samples.fitted(fit), indices),
      measure: (place) => samples.measure(indices[place] as number),
    };
  }
  return {
    ...common,
    shape: samples.shape,
    floats: samples.floats,
    read: (places, target) =>
      samples.read(
        places.map((place) => indices[place] as number),
        target,
      ),
  };
}

/** The same samples with other labels, or none. */
export function relabel<S extends Samples>(samples: S, labels: Int32Array | null): S;
export function relabel(samples: Samples, labels: Int32Array | null): Samples {
  if (samples.shape !== null) return { ...samples, labels };
  return { ...samples, labels, fitted: (fit) => relabel(samples.fitted(fit), labels) };
}

/** What is on each sample, told otherwise; nothing where nothing was told. */
export function mapObjects<S extends Samples>(
  samples: S,
  map: (boxes: readonly ObjectBox[]) => readonly ObjectBox[],
): S;
export function mapObjects(
  samples: Samples,
  map: (boxes: readonly ObjectBox[]) => readonly ObjectBox[],
): Samples {
  const { objects } = samples;
  if (!objects) return samples;
  const mapped = { ...samples, objects: async (index: number) => map(await objects(index)) };
  if (mapped.shape !== null) return mapped;
  return { ...mapped, fitted: (fit) => mapObjects(mapped.fitted(fit), map) };
}

/** Both parts one after the other. */
export function join(first: Samples, second: Samples): Samples {
  const common = {
    count: first.count + second.count,
    labels: joinLabels(first.labels, second.labels),
    ...joinObjects(first, second),
  };
  if (first.shape === null || second.shape === null) {
    if (first.shape !== null || second.shape !== null)
      throw new TypeError('splits of varied and of one size');
    return {
      ...common,
      shape: null,
      fitted: (fit) => join(first.fitted(fit), second.fitted(fit)) as FixedSamples,
      measure: (index) => (index < first.count ? first.measure(index) : second.measure(index - first.count)),
    };
  }
  const size = sizeOf(first.shape);
  return {
    ...common,
    shape: first.shape,
    floats: first.floats,
    async read(indices, target) {
      for (const [part, start] of [
        [first, 0],
        [second, first.count],
      ] as const) {
        const places = upTo(indices.length).filter((place) => {
          const index = indices[place] as number;
          return index >= start && index < start + part.count;
        });
        const found = pixelArray(first.floats, places.length * size);
        await part.read(
          places.map((place) => (indices[place] as number) - start),
          found,
        );
        for (const [i, place] of places.entries()) {
          target.set(found.subarray(i * size, (i + 1) * size), place * size);
        }
      }
    },
  };
}

function joinObjects(first: Samples, second: Samples): Pick<Samples, 'objects'> {
  if (!first.objects && !second.objects) return {};
  const objects = async (index: number) => {
    const [part, place] = index < first.count ? [first, index] : [second, index - first.count];
    return (await part.objects?.(place)) ?? [];
  };
  return { objects };
}

function joinLabels(first: Int32Array | null, second: Int32Array | null): Int32Array | null {
  if (first === null || second === null) return null;
  const labels = new Int32Array(first.length + second.length);
  labels.set(first);
  labels.set(second, first.length);
  return labels;
}

export function pixelArray(floats: boolean, length: number): PixelArray {
  return floats ? new Float32Array(length) : new Uint8Array(length);
}

/** Every sample made from one sample of another split, alone. Boxes stay as they are. */
export function transform(
  samples: FixedSamples,
  to: { readonly shape: ImageShape; readonly floats: boolean },
  each: (source: PixelArray, offset: number, target: PixelArray, at: number) => void,
): FixedSamples {
  const from = sizeOf(samples.shape);
  const size = sizeOf(to.shape);
  return {
    count: samples.count,
    labels: samples.labels,
    ...(samples.objects && { objects: samples.objects }),
    shape: to.shape,
    floats: to.floats,
    async read(indices, target) {
      const source = pixelArray(samples.floats, indices.length * from);
      await samples.read(indices, source);
      for (let i = 0; i < indices.length; i++) each(source, i * from, target, i * size);
    },
  };
}

/** Samples as float32 values; bytes as 0 to 1. */
export function asFloats(samples: FixedSamples): FixedSamples {
  if (samples.floats) return samples;
  const size = sizeOf(samples.shape);
  return transform(samples, { shape: samples.shape, floats: true }, (source, offset, target, at) => {
    for (let i = 0; i < size; i++) target[at + i] = (source[offset + i] as number) / 255;
  });
}
