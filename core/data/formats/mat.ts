import { inflateSync } from 'node:zlib';
import { damaged } from '../faults.ts';

/** A matrix of real numbers, column by column as MATLAB keeps it. */
export interface MatArray {
  readonly dimensions: readonly number[];
  readonly data: Float64Array;
}

/** Data types of elements, and classes of arrays, as numbered in MathWorks' "MAT-File Format". */
const miMatrix = 14;
const miCompressed = 15;
/** mxDOUBLE to mxUINT64 */
const numericClasses = { first: 6, last: 15 };
const complexFlag = 0x08;

interface NumberType {
  readonly bytes: number;
  read(view: DataView, at: number, little: boolean): number;
}

const numberTypes: Readonly<Record<number, NumberType>> = {
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  5: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  7: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  9: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

const headerBytes = 128;
/** What one compressed variable may come to; outlines of objects are some kilobytes. */
const mostUnpacked = 16 * 2 ** 20;

/**
 * Reads the real numeric matrices of a MAT-file of level 5 (MATLAB 5 to 7), by name. Variables of other kinds are passed
 * over.
 * @throws `dataset.damaged` naming `file` and what is wrong with it
 */
export function parseMat(bytes: Uint8Array, file: string): Map<string, MatArray> {
  if (bytes.length < headerBytes)
    throw damaged(file, `only ${bytes.length} bytes long, shorter than a MAT-file's header`);
  const mark = String.fromCharCode(bytes[126] as number, bytes[127] as number);
  if (mark !== 'IM' && mark !== 'MI') throw damaged(file, 'is not a MAT-file of level 5');
  const arrays = new Map<string, MatArray>();
  const reader = new Reader(bytes.subarray(headerBytes), mark === 'IM', file);
  while (reader.left > 0) readVariable(reader.element(), arrays, file);
  return arrays;
}

interface Element {
  readonly type: number;
  readonly content: Reader;
}

/** Goes through elements: a tag of 8 bytes (type, length), then the content, padded to 8 bytes. */
class Reader {
  readonly bytes: Uint8Array;
  readonly little: boolean;
  readonly #file: string;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, little: boolean, file: string) {
    this.bytes = bytes;
    this.little = little;
    this.#file = file;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  element(): Element {
    if (this.left < 8) throw damaged(this.#file, 'ends inside the tag of an element');
    const first = this.#view.getUint32(this.#at, this.little);
    // Up to four bytes of content may lie in the tag itself; then the upper half of its first word is their number.
    const small = first >>> 16;
    if (small > 4) throw damaged(this.#file, `has an element of ${small} bytes where 4 have room`);
    const length = small > 0 ? small : this.#view.getUint32(this.#at + 4, this.little);
    const start = this.#at + (small > 0 ? 4 : 8);
    if (start + length > this.bytes.length) {
      throw damaged(
        this.#file,
        `has an element of ${length} bytes where ${this.bytes.length - start} are left`,
      );
    }
    const type = first & 0xffff;
    const padding = type === miCompressed ? 0 : -length & 7;
    this.#at = small > 0 ? this.#at + 8 : Math.min(this.bytes.length, start + length + padding);
    return { type, content: this.within(this.bytes.subarray(start, start + length)) };
  }

  within(bytes: Uint8Array): Reader {
    return new Reader(bytes, this.little, this.#file);
  }

  /** All of the content as numbers of one type. */
  numbers(type: number): Float64Array {
    const kind = numberTypes[type];
    if (kind === undefined) throw damaged(this.#file, `has numbers of an unknown type ${type}`);
    if (this.bytes.length % kind.bytes !== 0) throw damaged(this.#file, 'ends inside a number');
    return Float64Array.from({ length: this.bytes.length / kind.bytes }, (_, i) =>
      kind.read(this.#view, i * kind.bytes, this.little),
    );
  }
}

function readVariable({ type, content }: Element, arrays: Map<string, MatArray>, file: string): void {
  if (type === miCompressed) {
    const inner = content.within(inflate(content.bytes, file)).element();
    if (inner.type === miCompressed) throw damaged(file, 'holds a compressed variable in a compressed one');
    readVariable(inner, arrays, file);
    return;
  }
  if (type !== miMatrix) throw damaged(file, `has an element of type ${type} where a variable is expected`);
  const flags = content.element();
  const word = flags.content.numbers(flags.type)[0] ?? 0;
  const arrayClass = word & 0xff;
  if (arrayClass < numericClasses.first || arrayClass > numericClasses.last) return;
  const extents = content.element();
  const dimensions = [...extents.content.numbers(extents.type)];
  const name = String.fromCharCode(...content.element().content.bytes.subarray(0, 64));
  if ((word >>> 8) & complexFlag) return;
  const numbers = content.element();
  const data = numbers.content.numbers(numbers.type);
  const count = dimensions.reduce((product, extent) => product * extent, 1);
  if (dimensions.length < 2 || data.length !== count) {
    throw damaged(
      file,
      `has ${data.length} numbers in "${name}" where [${dimensions.join(', ')}] takes ${count}`,
    );
  }
  arrays.set(name, { dimensions, data });
}

function inflate(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (cause) {
    throw damaged(file, `cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}
