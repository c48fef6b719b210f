import type { Dtype } from '../../export/safetensors-header.ts';
import type { ImageShape } from '../dataset.ts';
import { inMemory, pixelArray, type SampleSet, type Samples } from '../derive/samples.ts';
import { damaged } from '../faults.ts';
import { withTest } from './fields.ts';

/** An array of a file of arrays, its numbers little-endian and row-major. */
export interface NamedArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Under which names images and labels of a split are found: ours, those of Keras' data sets, and the bare ones. */
const names = {
  train: [
    ['train.images', 'train.labels'],
    ['x_train', 'y_train'],
    ['train_images', 'train_labels'],
    ['x', 'y'],
    ['images', 'labels'],
  ],
  test: [
    ['test.images', 'test.labels'],
    ['x_test', 'y_test'],
    ['test_images', 'test_labels'],
  ],
} as const;

/** What a file of arrays has to hold, for messages and help. */
export const arrayNames = 'x_train and y_train (with x_test and y_test), or x and y';

/** Numbers beyond this are no class numbers, but something else. */
const mostClasses = 100_000;

/**
 * A data set from the arrays of a file. Images are [N, H, W], [N, C, H, W] or [N, H, W, C] (where only the last extent
 * is 1, 3 or 4); bytes stay bytes, other numbers become float32. Labels are whole numbers from 0.
 * @throws `dataset.damaged` naming the file and the array
 */
export function setFromArrays(
  arrays: ReadonlyMap<string, NamedArray>,
  file: string,
  held: { readonly test: number; readonly seed: number },
): SampleSet {
  const splits: Record<string, Samples> = {};
  let classes = 0;
  for (const [split, candidates] of Object.entries(names)) {
    const pair = candidates.find(([images]) => arrays.has(images));
    if (pair === undefined) continue;
    const [imageName, labelName] = pair;
    const { images, shape, count } = readImages(arrays.get(imageName) as NamedArray, `${file}, ${imageName}`);
    const stored = arrays.get(labelName);
    const labels = stored
      ? readLabels(stored, count, `${file}, ${labelName}`)
      : new Int32Array(count).fill(-1);
    for (const label of labels) classes = Math.max(classes, label + 1);
    splits[split] = inMemory({ images, labels, shape, classes: 0 });
  }
  const { train, test } = splits;
  if (train === undefined) throw damaged(file, `holds no images to train on; it must hold ${arrayNames}`);
  if (test !== undefined && test.shape?.join() !== train.shape?.join()) {
    throw damaged(file, `training images are [${train.shape}] and test images [${test.shape}]`);
  }
  return withTest(
    Array.from({ length: classes }, (_, label) => String(label)),
    splits,
    held,
  );
}

function readImages(array: NamedArray, name: string) {
  const { shape: extents } = array;
  const [count = 0, ...rest] = extents;
  if (count === 0) throw damaged(name, 'holds no image');
  const { shape, channelsLast } = imageShape(rest, name);
  const numbers = numbersOf(array, name);
  const images = array.dtype === 'U8' ? (numbers as Uint8Array) : Float32Array.from(numbers);
  return { count, shape, images: channelsLast ? toPlanes(images, count, shape) : images };
}

function imageShape(rest: readonly number[], name: string): { shape: ImageShape; channelsLast: boolean } {
  if (rest.some((extent) => extent < 1)) throw damaged(name, `has images of [${rest}]`);
  if (rest.length === 2) return { shape: [1, rest[0] as number, rest[1] as number], channelsLast: false };
  const [a, b, c] = rest;
  if (rest.length !== 3 || a === undefined || b === undefined || c === undefined) {
    throw damaged(
      name,
      `has ${rest.length + 1} dimensions; images are [N, H, W], [N, C, H, W] or [N, H, W, C]`,
    );
  }
  const channelsLast = isChannels(c) && !isChannels(a);
  return { shape: channelsLast ? [c, a, b] : [a, b, c], channelsLast };
}

const isChannels = (extent: number) => [1, 3, 4].includes(extent);

/** [N, H, W, C] to [N, C, H, W]. */
function toPlanes(
  images: Uint8Array | Float32Array,
  count: number,
  [channels, height, width]: ImageShape,
): Uint8Array | Float32Array {
  const planes = pixelArray(images instanceof Float32Array, images.length);
  const plane = height * width;
  for (let n = 0; n < count; n++) {
    const start = n * channels * plane;
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        planes[start + c * plane + i] = images[start + i * channels + c] as number;
      }
    }
  }
  return planes;
}

function readLabels(array: NamedArray, count: number, name: string): Int32Array {
  const { shape } = array;
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || shape[0] !== count)
    throw damaged(name, `is [${shape}]; there must be one label for each of ${count} images`);
  return Int32Array.from(numbersOf(array, name), (label, sample) => {
    if (Number.isInteger(label) && label >= 0 && label < mostClasses) return label;
    throw damaged(name, `holds ${label} for sample ${sample}, which is no class number`);
  });
}

/** The numbers of an array, whatever it stores them as. */
function numbersOf({ dtype, bytes, shape }: NamedArray, name: string): ArrayLike<number> & Iterable<number> {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (each: (i: number) => number) => Float64Array.from({ length }, (_, i) => each(i));
  switch (dtype) {
    case 'U8':
    case 'BOOL':
      return new Uint8Array(bytes);
    case 'I8':
      return read((i) => view.getInt8(i));
    case 'U16':
      return read((i) => view.getUint16(2 * i, true));
    case 'I16':
      return read((i) => view.getInt16(2 * i, true));
    case 'F16':
      return read((i) => view.getFloat16(2 * i, true));
    case 'U32':
      return read((i) => view.getUint32(4 * i, true));
    case 'I32':
      return read((i) => view.getInt32(4 * i, true));
    case 'F32':
      return read((i) => view.getFloat32(4 * i, true));
    case 'F64':
      return read((i) => view.getFloat64(8 * i, true));
    case 'I64':
      return read((i) => Number(view.getBigInt64(8 * i, true)));
    case 'U64':
      return read((i) => Number(view.getBigUint64(8 * i, true)));
    case 'BF16':
      throw damaged(name, 'holds bfloat16 numbers; save it as float32');
  }
}
