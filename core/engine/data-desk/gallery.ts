import type { SampleSource } from '../../backends/backend.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import type { Dataset, ImageShape, SampleReader } from '../../data/dataset.ts';
import { sharedDataset } from '../../data/shared.ts';
import { finiteRange } from '../payload.ts';

/** A data set to be looked at: its samples by split and place, wherever they lie. */
export interface Gallery {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Computed when first asked for. */
  readonly hash: string;
  readonly classes: readonly string[];
  readonly shape: ImageShape;
  readonly splits: ReadonlyMap<string, GallerySplit>;
}

export interface GallerySplit {
  readonly count: number;
  /** One per sample; `null` where nobody labelled them. */
  readonly labels: Int32Array | null;
  /** False for whitened values: `read` then spreads each sample's own range over the bytes, to be looked at. */
  readonly bytes: boolean;
  /** [indices.length, C, H, W] u8 */
  read(indices: Uint32Array): Promise<Uint8Array>;
}

/** @throws `dataset.*`, `file.unreadable` */
export async function openGallery(reference: DatasetReference, home: string): Promise<Gallery> {
  return galleryOf(await sharedDataset(reference, home));
}

export function galleryOf(dataset: Dataset): Gallery {
  const { name, title, version, classes, shape } = dataset;
  const splits = new Map<string, GallerySplit>();
  for (const [split, source] of Object.entries(dataset.splits)) splits.set(split, inMemory(source));
  for (const [split, reader] of Object.entries(dataset.large ?? {})) splits.set(split, onDisk(reader));
  return {
    name,
    title,
    version,
    classes,
    shape,
    splits,
    get hash() {
      return dataset.hash;
    },
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

function inMemory({ images, labels, shape }: SampleSource): GallerySplit {
  const size = sizeOf(shape);
  return {
    count: labels.length,
    labels,
    bytes: images instanceof Uint8Array,
    async read(indices) {
      const bytes = new Uint8Array(indices.length * size);
      for (const [place, index] of indices.entries()) {
        const sample = images.subarray(index * size, (index + 1) * size);
        bytes.set(sample instanceof Uint8Array ? sample : spread(sample), place * size);
      }
      return bytes;
    },
  };
}

/** The least value black, the greatest white. */
function spread(values: Float32Array): Uint8Array {
  const { minimum, maximum } = finiteRange(values);
  const scale = maximum > minimum ? 255 / (maximum - minimum) : 0;
  return Uint8Array.from(values, (value) => Math.round((value - minimum) * scale));
}

function onDisk(reader: SampleReader): GallerySplit {
  const size = sizeOf(reader.shape);
  return {
    count: reader.count,
    labels: reader.labels,
    bytes: true,
    async read(indices) {
      const bytes = new Uint8Array(indices.length * size);
      await reader.read(indices, bytes);
      return bytes;
    },
  };
}
