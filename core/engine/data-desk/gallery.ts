import { ConvolabError } from '../../contract/errors.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import type { ImageShape, ObjectBox } from '../../data/dataset.ts';
import { type Base, fromDataset } from '../../data/derive/base.ts';
import { derive } from '../../data/derive/derive.ts';
import { isDerived } from '../../data/derive/open.ts';
import type { FixedSamples, Samples } from '../../data/derive/samples.ts';
import { completeReference } from '../../data/derive/section.ts';
import { findDataset } from '../../data/index.ts';
import { sharedDataset } from '../../data/shared.ts';
import { finiteRange } from '../payload.ts';

/** A data set to be looked at: its samples by split and place, wherever they lie. */
export interface Gallery {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** The same for the same content. Of a derived set, of what it is made from and how. Computed when first asked for. */
  readonly hash: string;
  readonly classes: readonly string[];
  /** Of its samples; of images of varied size the shape that they are surveyed in. */
  readonly shape: ImageShape;
  /** Images of varied size: every look brings the middle of each to the size it asks for. */
  readonly varied: boolean;
  readonly splits: ReadonlyMap<string, GallerySplit>;
  close(): Promise<void>;
}

export interface GallerySplit {
  readonly count: number;
  /** One per sample; `null` where nobody labelled them. */
  readonly labels: Int32Array | null;
  /** False for whitened values: `read` then spreads each sample's own range over the bytes, to be looked at. */
  readonly bytes: boolean;
  /** [indices.length, C, H, W] u8; of images of varied size in squares of `side`. */
  read(indices: Uint32Array, side?: number): Promise<Uint8Array>;
  /** Only where images come with boxes. */
  readonly objects?: GalleryObjects;
}

export interface GalleryObjects {
  /** What is on an image, in pixels of what `read` gives. */
  on(index: number, side?: number): Promise<readonly ObjectBox[]>;
  /** Classes of what is on each image; found once for as long as the set is open. */
  labels(): Promise<readonly (readonly number[])[]>;
}

/** Pixels that images of varied size are surveyed in: enough for their colours, few enough for all of them. */
const surveySide = 64;

/**
 * Opens what a section names. What its steps derive is made and kept, as training does; where it could not be trained on
 * as it is (images of varied size, no test set), steps are taken as samples are looked at.
 * @throws `dataset.*`, `spec.invalid`, `file.unreadable`
 */
export async function openGallery(reference: DatasetReference, home: string): Promise<Gallery> {
  if (!isDerived(reference) && findDataset(reference.name).kind === 'samples') {
    // In memory once, for previews and feature maps too.
    return galleryOf(fromDataset(await sharedDataset({ name: reference.name }, home)));
  }
  if (reference.derive?.length) {
    try {
      return galleryOf(fromDataset(await sharedDataset(reference, home)));
    } catch (thrown) {
      if (!(thrown instanceof ConvolabError) || thrown.code !== 'spec.invalid') throw thrown;
    }
  }
  const derived = await derive(completeReference(reference), home);
  const hashOf = reference.derive?.length ? () => derived.key : undefined;
  return galleryOf(derived.base, derived.set, hashOf);
}

/**
 * @param set what steps have made of the base's own
 * @param hashOf tells it from what others would have made
 */
export function galleryOf(base: Base, set = base.set, hashOf = () => base.hash): Gallery {
  const { name, title, version } = base;
  const splits = new Map(Object.entries(set.splits).map(([split, each]) => [split, splitOf(each)]));
  const fixed = Object.values(set.splits).find((each) => each.shape !== null);
  return {
    name,
    title,
    version,
    classes: set.classes,
    shape: fixed?.shape ?? [3, surveySide, surveySide],
    varied: fixed === undefined,
    splits,
    get hash() {
      return hashOf();
    },
    close: () => base.close(),
  };
}

/** Throws `argument.invalid`, listing the splits there are. */
export function findSplit(gallery: Gallery, split: string): GallerySplit {
  const found = gallery.splits.get(split);
  if (found) return found;
  throw new ConvolabError('argument.invalid', `${gallery.title} has no split called "${split}".`, {
    subject: split,
    hint: `It has ${[...gallery.splits.keys()].join(' and ')}.`,
  });
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

function splitOf(samples: Samples): GallerySplit {
  const { count, labels } = samples;
  if (samples.shape !== null) {
    return {
      count,
      labels,
      ...objectsOf(samples, () => samples),
      bytes: !samples.floats,
      read: (indices) => readBytes(samples, indices),
    };
  }
  const fitted = (side = surveySide) =>
    samples.fitted({ height: side, width: side, method: 'area', keep: 'centre' });
  return {
    count,
    labels,
    ...objectsOf(samples, fitted),
    bytes: true,
    read: (indices, side) => readBytes(fitted(side), indices),
  };
}

function objectsOf(
  { count, objects }: Samples,
  fitted: (side?: number) => FixedSamples,
): Pick<GallerySplit, 'objects'> {
  if (!objects) return {};
  let labels: Promise<number[][]> | undefined;
  return {
    objects: {
      on: async (index, side) => (await fitted(side).objects?.(index)) ?? [],
      labels() {
        labels ??= Promise.all(
          Array.from({ length: count }, async (_, index) => (await objects(index)).map(({ label }) => label)),
        );
        return labels;
      },
    },
  };
}

async function readBytes(samples: FixedSamples, indices: Uint32Array): Promise<Uint8Array> {
  const size = sizeOf(samples.shape);
  if (!samples.floats) {
    const bytes = new Uint8Array(indices.length * size);
    await samples.read(indices, bytes);
    return bytes;
  }
  const values = new Float32Array(indices.length * size);
  await samples.read(indices, values);
  const bytes = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += size) bytes.set(spread(values.subarray(at, at + size)), at);
  return bytes;
}

/** The least value black, the greatest white. */
export function spread(values: Float32Array): Uint8Array {
  const { minimum, maximum } = finiteRange(values);
  const scale = maximum > minimum ? 255 / (maximum - minimum) : 0;
  return Uint8Array.from(values, (value) => Math.round((value - minimum) * scale));
}
