import { deflateSync } from 'node:zlib';
import type { MatArray } from '../../../core/data/formats/mat.ts';

/** An IDX file of unsigned bytes. */
export function writeIdx(extents: readonly number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * extents.length);
  header.set([0, 0, 8, extents.length]);
  for (const [axis, extent] of extents.entries()) header.writeUInt32BE(extent, 4 + 4 * axis);
  return Buffer.concat([header, data]);
}

/**
 * A file of CIFAR records.
 * @param labels per record, one per label byte
 * @param images [labels.length, 3072]
 */
export function writeCifarRecords(labels: readonly (readonly number[])[], images: Uint8Array): Uint8Array {
  return Buffer.concat(
    labels.flatMap((record, i) => [Uint8Array.from(record), images.subarray(i * 3072, (i + 1) * 3072)]),
  );
}

/** STL's images: each plane column by column, from row-major ones; spelt out, unlike the reader's way. */
export function writeStlImages(images: Uint8Array): Uint8Array {
  const stored = new Uint8Array(images.length);
  for (let i = 0; i < images.length; i++) {
    const plane = Math.floor(i / 9216);
    const row = Math.floor((i % 9216) / 96);
    const column = i % 96;
    stored[plane * 9216 + column * 96 + row] = images[i] as number;
  }
  return stored;
}

export interface MatOptions {
  readonly little: boolean;
  readonly compressed: boolean;
  /** As MATLAB does: whole numbers that fit are kept as bytes or words, whatever the class of the array. */
  readonly narrow: boolean;
}

/** A MAT-file of level 5 with real matrices of doubles. */
export function writeMat(arrays: ReadonlyMap<string, MatArray>, options: MatOptions): Uint8Array {
  const { little, compressed } = options;
  const header = Buffer.alloc(128, 0x20);
  header.write('MATLAB 5.0 MAT-file');
  header.fill(0, 116, 124);
  if (little) header.set([0x00, 0x01, 0x49, 0x4d], 124);
  else header.set([0x01, 0x00, 0x4d, 0x49], 124);
  const variables = [...arrays].map(([name, array]) => {
    const matrix = writeElement(14, matrixContent(name, array, options), little);
    return compressed ? writeElement(15, deflateSync(matrix), little, false) : matrix;
  });
  return Buffer.concat([header, ...variables]);
}

function matrixContent(name: string, { dimensions, data }: MatArray, { little, narrow }: MatOptions): Buffer {
  const words = (values: readonly number[]) => numbers(values, 4, little, 'Int32');
  const values = [...data];
  const asBytes = narrow && values.every((value) => Number.isInteger(value) && value >= 0 && value < 256);
  const asWords = narrow && values.every((value) => Number.isInteger(value) && value >= 0 && value < 65536);
  const content = asBytes
    ? writeElement(2, Buffer.from(values), little)
    : asWords
      ? writeElement(4, numbers(values, 2, little, 'Uint16'), little)
      : writeElement(9, numbers(values, 8, little, 'Float64'), little);
  return Buffer.concat([
    writeElement(6, words([6, 0]), little),
    writeElement(5, words(dimensions), little),
    writeElement(1, Buffer.from(name), little),
    content,
  ]);
}

function numbers(
  values: readonly number[],
  bytes: number,
  little: boolean,
  type: 'Int32' | 'Uint16' | 'Float64',
): Buffer {
  const buffer = Buffer.alloc(values.length * bytes);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  for (const [i, value] of values.entries()) view[`set${type}`](i * bytes, value, little);
  return buffer;
}

function writeElement(type: number, content: Buffer, little: boolean, padded = true): Buffer {
  if (content.length <= 4 && content.length > 0) {
    const small = Buffer.alloc(8);
    const word = (content.length << 16) | type;
    if (little) small.writeUInt32LE(word);
    else small.writeUInt32BE(word);
    small.set(content, 4);
    return small;
  }
  const padding = padded ? Buffer.alloc(-content.length & 7) : Buffer.alloc(0);
  return Buffer.concat([numbers([type, content.length], 4, little, 'Int32'), content, padding]);
}
