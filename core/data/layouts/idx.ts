import type { SampleSource } from '../../backends/backend.ts';
import type { ImageShape } from '../dataset.ts';
import { damaged } from '../faults.ts';
import { checkIdxLength, parseIdx, parseIdxHeader } from '../formats/idx.ts';
import { type FileHead, given, type SampleLayout } from '../stored/layout.ts';

/** A data set kept as pairs of IDX files, images and labels. */
export interface IdxOptions {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, { readonly images: string; readonly labels: string }>>;
}

/** The names that MNIST's files have, and those of the sets that follow it. */
export const mnistSplits = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

export function idxLayout({ shape, classes, splits }: IdxOptions): SampleLayout {
  return {
    shape,
    classes,
    files: Object.values(splits).flatMap(({ images, labels }) => [images, labels]),
    large: new Set(),
    count: (heads) =>
      mapSplits(splits, ({ images, labels }) => {
        const imageExtents = extentsOf(given(heads, images), 3);
        const labelFile = given(heads, labels);
        checkImages(shape, imageExtents, given(heads, images).path);
        checkCounts(imageExtents, extentsOf(labelFile, 1), labelFile.path);
        return imageExtents[0] as number;
      }),
    parse: (contents) =>
      mapSplits(splits, (names): SampleSource => {
        const imageFile = given(contents, names.images);
        const labelFile = given(contents, names.labels);
        const images = parseIdx(imageFile.bytes, imageFile.path, 3);
        const labels = parseIdx(labelFile.bytes, labelFile.path, 1);
        checkImages(shape, images.extents, imageFile.path);
        checkCounts(images.extents, labels.extents, labelFile.path);
        checkLabels(labels.data, classes.length, labelFile.path);
        return {
          images: images.data,
          labels: Int32Array.from(labels.data),
          shape,
          classes: classes.length,
        };
      }),
  };
}

function mapSplits<A, B>(splits: Readonly<Record<string, A>>, change: (split: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(splits).map(([name, split]) => [name, change(split)]));
}

function extentsOf({ head, bytes, path }: FileHead, rank: number): readonly number[] {
  const header = parseIdxHeader(head, path, rank);
  checkIdxLength(header, bytes, path);
  return header.extents;
}

function checkImages(shape: ImageShape, extents: readonly number[], path: string): void {
  const [count, height, width] = extents;
  if (count === 0) throw damaged(path, 'holds no image');
  if (height === shape[1] && width === shape[2]) return;
  throw damaged(path, `images are ${height}x${width} where ${shape[1]}x${shape[2]} are expected`);
}

function checkCounts(images: readonly number[], labels: readonly number[], path: string): void {
  if (images[0] === labels[0]) return;
  throw damaged(path, `holds ${labels[0]} labels for ${images[0]} images`);
}

function checkLabels(labels: Uint8Array, classes: number, path: string): void {
  const alien = labels.findIndex((label) => label >= classes);
  if (alien < 0) return;
  throw damaged(path, `label ${labels[alien]} of sample ${alien} is not a class (0 to ${classes - 1})`);
}
