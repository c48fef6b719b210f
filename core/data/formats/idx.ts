import { damaged } from '../faults.ts';

/**
 * The IDX format of the MNIST files: two zero bytes, a byte for the element type, a byte for the number of
 * dimensions, that many big-endian 32-bit extents, then the elements in row-major order.
 */
export interface IdxHeader {
  readonly extents: readonly number[];
  /** Bytes before the first element. */
  readonly headerBytes: number;
  /** Bytes of the whole file that such a header announces. */
  readonly totalBytes: number;
}

export interface IdxArray {
  readonly extents: readonly number[];
  /** A view of the bytes that were parsed, not a copy. */
  readonly data: Uint8Array;
}

/** The longest header there can be: 255 dimensions. */
export const longestIdxHeader = 4 + 4 * 255;

const unsignedByte = 0x08;
const elementTypes: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
};

/**
 * Reads the header from the first bytes of a file.
 * @param rank dimensions the file must have: 3 for images, 1 for labels
 * @throws `dataset.damaged` naming `file` and what is wrong with it
 */
export function parseIdxHeader(bytes: Uint8Array, file: string, rank: number): IdxHeader {
  if (bytes.length < 4) throw damaged(file, `only ${bytes.length} bytes long, shorter than an IDX header`);
  const [zero, zeroToo, type = 0, dimensions = 0] = bytes;
  if (zero !== 0 || zeroToo !== 0) {
    throw damaged(
      file,
      `not an IDX file (magic number 0x${hex(bytes.subarray(0, 4))}, which must begin 0000)`,
    );
  }
  if (type !== unsignedByte) {
    const found = elementTypes[type] ?? `an unknown element type 0x${hex([type])}`;
    throw damaged(file, `holds ${found}; images and labels are unsigned bytes (0x08)`);
  }
  if (dimensions !== rank) throw damaged(file, `has ${dimensions} dimensions where ${rank} are expected`);
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length < headerBytes) throw damaged(file, `ends inside its header of ${headerBytes} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const extents = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const elements = extents.reduce((product, extent) => product * extent, 1);
  return { extents, headerBytes, totalBytes: headerBytes + elements };
}

/** Refuses a file whose length is not the one its header announces. */
export function checkIdxLength(header: IdxHeader, length: number, file: string): void {
  if (length === header.totalBytes) return;
  const difference = length < header.totalBytes ? 'cut short' : 'followed by foreign bytes';
  throw damaged(
    file,
    `${length} bytes long where its header [${header.extents.join(', ')}] announces ${header.totalBytes}: it is ${difference}`,
  );
}

/** Parses a whole file; same errors as `parseIdxHeader`, and a length that is not exactly right is refused. */
export function parseIdx(bytes: Uint8Array, file: string, rank: number): IdxArray {
  const header = parseIdxHeader(bytes, file, rank);
  checkIdxLength(header, bytes.length, file);
  return { extents: header.extents, data: bytes.subarray(header.headerBytes) };
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
