import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { ConvolabError } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';

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

/** The reference implementation's own limit; a greater one means that the file is something else. */
const longestHeader = 100_000_000;
const elementBytes = { F32: 4, I32: 4, U8: 1 } as const;
type Dtype = keyof typeof elementBytes;

interface HeaderEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

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
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    if (elements !== data.length) {
      throw new ConvolabError('internal', `Tensor ${name} of shape [${shape}] has ${data.length} elements.`);
    }
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = (8 - (json.length % 8)) % 8;
  const start = Buffer.alloc(8 + json.length + padding, ' ');
  start.writeBigUInt64LE(BigInt(json.length + padding));
  json.copy(start, 8);
  return [start, ...ordered.map(([, { data }]) => littleEndian(data))];
}

/**
 * Parses a file's bytes. Every byte behind the header must belong to exactly one tensor, as the format demands.
 * @param file names it in errors
 * @throws `file.damaged`
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsContent {
  const { header, start } = parseHeader(bytes, file);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw damaged(file, 'its __metadata__ holds something other than texts');
  }
  const entries = Object.entries(rest).map(([name, entry]) => [name, checkEntry(name, entry, file)] as const);
  checkCoverage(entries, bytes.length - start, file);
  return {
    metadata: metadata as Record<string, string>,
    tensors: new Map(
      entries.map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => [name, { shape, data: decodeData(dtype, bytes.subarray(start + from, start + to)) }],
      ),
    ),
  };
}

function parseHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw damaged(file, `only ${bytes.length} bytes long, shorter than its first field`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader)
    throw damaged(file, `announces a header of ${length} bytes; not a safetensors file`);
  if (8 + length > bytes.length) {
    throw damaged(file, `${bytes.length} bytes long, cut short inside its header of ${length} bytes`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw damaged(file, 'its header is not JSON');
  }
  if (!isObject(header)) throw damaged(file, 'its header is not a JSON object');
  return { header, start: 8 + length };
}

function checkEntry(name: string, entry: unknown, file: string): HeaderEntry {
  if (!isObject(entry)) throw damaged(file, `tensor ${name} has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype)) {
    const readable = Object.keys(elementBytes).join(', ');
    throw damaged(file, `tensor ${name} has dtype ${JSON.stringify(dtype)}; readable are ${readable}`);
  }
  if (!isCounts(shape)) throw damaged(file, `tensor ${name} has no proper shape`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw damaged(file, `tensor ${name} has no proper byte range`);
  const [from, to] = offsets as [number, number];
  const wanted = shape.reduce((product, extent) => product * extent, 1) * elementBytes[dtype as Dtype];
  if (to - from !== wanted) {
    throw damaged(
      file,
      `tensor ${name} [${shape.join(', ')}] needs ${wanted} bytes and is given ${to - from}`,
    );
  }
  return { dtype: dtype as Dtype, shape, data_offsets: [from, to] };
}

/** Ranges must follow one another without overlap or hole, up to the end of the file. */
function checkCoverage(
  entries: readonly (readonly [string, HeaderEntry])[],
  available: number,
  file: string,
): void {
  const ordered = entries.toSorted(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let end = 0;
  for (const [
    name,
    {
      data_offsets: [from, to],
    },
  ] of ordered) {
    if (from !== end) throw damaged(file, `tensor ${name} begins at byte ${from} where ${end} is expected`);
    end = to;
  }
  if (end === available) return;
  const fact = end > available ? 'it is cut short' : 'foreign bytes follow';
  throw damaged(file, `holds ${available} bytes of tensors where its header announces ${end}: ${fact}`);
}

function damaged(file: string, fact: string): ConvolabError {
  return new ConvolabError('file.damaged', `${file}: ${fact}.`, {
    subject: file,
    hint: 'Use another copy of the file, or another checkpoint.',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function dtypeOf(data: SafeTensor['data']): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function littleEndian(data: SafeTensor['data']): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE' || data.BYTES_PER_ELEMENT === 1) return bytes;
  return Buffer.from(bytes).swap32();
}

/** Copies, so that the elements are aligned and the file's bytes can go. */
function decodeData(dtype: Dtype, view: Uint8Array): SafeTensor['data'] {
  const bytes = new Uint8Array(view);
  if (dtype === 'U8') return bytes;
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32();
  return dtype === 'F32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}
