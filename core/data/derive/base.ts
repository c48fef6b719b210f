import { ConvolabError } from '../../contract/errors.ts';
import type {
  Dataset,
  ImageCollection,
  ImageFile,
  ImagePair,
  PairLists,
  Provenance,
  SampleReader,
} from '../dataset.ts';
import type { EncodedImage, Fit } from '../decode/job.ts';
import type { DecodePool } from '../decode/pool.ts';
import { findDataset } from '../index.ts';
import { openSource, type SourceSpec } from '../sources/index.ts';
import { fitBoxes } from './boxes.ts';
import {
  type FixedSamples,
  inMemory,
  type SamplePair,
  type SampleSet,
  type Samples,
  type VariedSamples,
} from './samples.ts';

/** What a derivation starts from. */
export interface Base extends Provenance {
  readonly title: string;
  readonly set: SampleSet;
  /** Ends threads and closes files. */
  close(): Promise<void>;
}

/**
 * Opens the set that a data section names, or the source that it gives.
 * @throws `dataset.unknown`, `dataset.missing`, `dataset.damaged`, `file.unreadable`, `spec.invalid`
 */
export async function openBase(
  { name, source }: { readonly name: string; readonly source?: SourceSpec | undefined },
  home: string,
): Promise<Base> {
  if (source !== undefined) return openSource(name, source);
  const definition = findDataset(name);
  return definition.kind === 'samples'
    ? fromDataset(await definition.open(home))
    : fromCollection(await definition.openImages(home));
}

/** A data set that is open, as a base. */
export function fromDataset(dataset: Dataset): Base {
  const { name, version, title, classes, large = {} } = dataset;
  const kept = Object.entries(dataset.splits).map(
    ([split, source]) => [split, inMemory(source, dataset.objects?.[split])] as const,
  );
  const read = Object.entries(large).map(([split, reader]) => [split, byPosition(reader)] as const);
  return {
    name,
    version,
    title,
    get hash() {
      return dataset.hash;
    },
    set: { classes, splits: Object.fromEntries([...kept, ...read]) },
    close: async () => {
      await Promise.all(Object.values(large).map((reader) => reader.close()));
    },
  };
}

function byPosition({ count, labels, shape, read }: SampleReader): FixedSamples {
  return {
    count,
    labels,
    shape,
    floats: false,
    read: (indices, target) => read(indices, target as Uint8Array),
  };
}

/** Images in files: decoded in threads, which start when the first are read. */
export function fromCollection(collection: ImageCollection): Base {
  const { name, version, hash, title, classes, pairs } = collection;
  const { all = [] } = collection.splits;
  let pool: Promise<DecodePool> | undefined;
  const threads = () => {
    pool ??= import('../decode/pool.ts').then(({ DecodePool }) => new DecodePool());
    return pool;
  };
  const splits = Object.entries(collection.splits).map(
    ([split, files]) => [split, imagesOf(collection, files, threads)] as const,
  );
  return {
    name,
    version,
    hash,
    title,
    set: {
      classes,
      splits: Object.fromEntries<Samples>(splits),
      ...(pairs && { pairs: placesOf(pairs, all) }),
    },
    close: async () => (await pool)?.close(),
  };
}

/** Pairs of files as pairs of samples of the split that these are. */
function placesOf({ train, test, folds }: PairLists<ImagePair>, all: readonly ImageFile[]) {
  const places = new Map(all.map(({ path }, place) => [path, place]));
  const pairOf = ({ images: [first, second], same }: ImagePair): SamplePair => ({
    places: [places.get(first) as number, places.get(second) as number],
    same,
  });
  return { train: train.map(pairOf), test: test.map(pairOf), folds: folds.map((fold) => fold.map(pairOf)) };
}

function imagesOf(
  collection: ImageCollection,
  files: readonly ImageFile[],
  threads: () => Promise<DecodePool>,
): VariedSamples {
  const labelled = files.every(({ label }) => label !== null);
  const labels = labelled ? Int32Array.from(files, ({ label }) => label as number) : null;
  const boxed = files.some(({ boxes }) => boxes);
  const boxesOf = (index: number) => (files[index] as ImageFile).boxes ?? [];
  const fitted = (fit: Fit): FixedSamples => ({
    count: files.length,
    labels,
    shape: [3, fit.height, fit.width],
    floats: false,
    ...(boxed && {
      objects: async (index) => {
        const boxes = boxesOf(index);
        return boxes.length > 0 ? fitBoxes(boxes, await measure(index), fit) : [];
      },
    }),
    async read(indices, target) {
      const images = await Promise.all(
        Array.from(indices, async (index): Promise<EncodedImage> => {
          const { path } = files[index] as ImageFile;
          return { file: path, bytes: await collection.read(path) };
        }),
      );
      const decoded = await (await threads()).decode(images, fit);
      for (const [i, image] of decoded.entries()) {
        if (!(image instanceof Uint8Array)) throw ConvolabError.fromJSON(image);
        target.set(image, i * image.length);
      }
    },
  });
  const measure = async (index: number) => {
    const { measureImage } = await import('../decode/decode.ts');
    const { path } = files[index] as ImageFile;
    return measureImage(await collection.read(path), path);
  };
  const objects = boxed && { objects: async (index: number) => boxesOf(index) };
  return { count: files.length, labels, shape: null, ...objects, fitted, measure };
}
