import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { ConvolabError } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { type Dtype, damaged, encodeHeader, layOut, parseHeader } from './safetensors-header.ts';

/**
 * The safetensors format (huggingface.co/docs/safetensors): the length of the header as a little-endian 64-bit number,
 * the header as JSON (tensor name to dtype, shape and byte range; `__metadata__` to strings), then the bytes.
 */
export interface SafeTensor {
  readonly shape: readonly number[];
  /** F32, I32 or U8 by its type. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What was written: for the record of a checkpoint. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Element types that are read into memory as they are. */
const readable = ['F32', 'I32', 'U8'] as const;
type Readable = (typeof readable)[number];

/**
 * Writes tensors to a file, whole or not at all.
 * @param metadata string values, as the format demands
 * @throws `disk.full`, `file.unwritable`
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<WrittenFile> {
  const parts = encodeSafetensors(tensors, metadata);
  await writeFileAtomic(path, parts);
  const sha256 = createHash('sha256');
  for (const part of parts) sha256.update(part);
  return { bytes: parts.reduce((sum, part) => sum + part.byteLength, 0), sha256: sha256.digest('hex') };
}

/** Reads a file. Throws `file.unreadable`, or `file.damaged` naming the file and what is wrong with it. */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConvolabError(
      'file.unreadable',
      `${path} cannot be read: ${reason}`,
      { subject: path, hint: 'Check the path and that the file may be read.' },
      { cause },
    );
  }
  return decodeSafetensors(bytes, path);
}

/** The file's bytes, in parts that need no copy of the tensors. Widest elements first, so that every one is aligned. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  for (const [name, { shape, data }] of tensors) {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    if (elements !== data.length) {
      throw new ConvolabError('internal', `Tensor ${name} of shape [${shape}] has ${data.length} elements.`);
    }
  }
  const entries = layOut(
    [...tensors].map(([name, { shape, data }]) => [name, { dtype: dtypeOf(data), shape }] as const),
  );
  const ordered = [...entries.keys()].map((name) => tensors.get(name) as SafeTensor);
  return [encodeHeader(entries, metadata), ...ordered.map(({ data }) => littleEndian(data))];
}

/**
 * Parses a file's bytes. Every byte behind the header must belong to exactly one tensor, as the format demands.
 * @param file names it in errors
 * @throws `file.damaged`
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsContent {
  const { entries, metadata, start } = parseHeader(bytes, bytes.length, file);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of entries) {
    if (!isReadable(dtype)) {
      throw damaged(file, `tensor ${name} has dtype "${dtype}"; readable are ${readable.join(', ')}`);
    }
    const [from, to] = offsets;
    tensors.set(name, { shape, data: decodeData(dtype, bytes.subarray(start + from, start + to)) });
  }
  return { metadata, tensors };
}

function isReadable(dtype: Dtype): dtype is Readable {
  return readable.some((known) => known === dtype);
}

function dtypeOf(data: SafeTensor['data']): Readable {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function littleEndian(data: SafeTensor['data']): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE' || data.BYTES_PER_ELEMENT === 1) return bytes;
  return Buffer.from(bytes).swap32();
}

/** Copies, so that the elements are aligned and the file's bytes can go. */
function decodeData(dtype: Readable, view: Uint8Array): SafeTensor['data'] {
  const bytes = new Uint8Array(view);
  if (dtype === 'U8') return bytes;
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32();
  return dtype === 'F32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}
