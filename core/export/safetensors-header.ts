import { ConvolabError } from '../contract/errors.ts';

/** One tensor in the header of a safetensors file. */
export interface HeaderEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** From and to, in bytes behind the header. */
  readonly data_offsets: readonly [number, number];
}

/** Everything that a safetensors file says before its numbers. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes before the first tensor. */
  readonly start: number;
}

/** The reference implementation's own limit; a greater one means that the file is something else. */
const longestHeader = 100_000_000;
const elementBytes = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type Dtype = keyof typeof elementBytes;

/** Bytes of tensors with these shapes, one after the other. Widest elements first keeps every one aligned. */
export function layOut(
  tensors: Iterable<readonly [string, { readonly dtype: Dtype; readonly shape: readonly number[] }]>,
): Map<string, HeaderEntry> {
  const entries = new Map<string, HeaderEntry>();
  const ordered = [...tensors].sort(([, a], [, b]) => elementBytes[b.dtype] - elementBytes[a.dtype]);
  let offset = 0;
  for (const [name, { dtype, shape }] of ordered) {
    const end = offset + bytesOf(dtype, shape);
    entries.set(name, { dtype, shape, data_offsets: [offset, end] });
    offset = end;
  }
  return entries;
}

function bytesOf(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1) * elementBytes[dtype];
}

/** The file's first bytes: the header's length, and the header as JSON, padded so that tensors begin aligned. */
export function encodeHeader(
  entries: ReadonlyMap<string, HeaderEntry>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const about = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const json = Buffer.from(JSON.stringify({ ...about, ...Object.fromEntries(entries) }));
  const padding = (8 - (json.length % 8)) % 8;
  const start = Buffer.alloc(8 + json.length + padding, ' ');
  start.writeBigUInt64LE(BigInt(json.length + padding));
  json.copy(start, 8);
  return start;
}

/**
 * Bytes of the length field and the header behind it, from the first 8 bytes of a file.
 * @param available bytes of the whole file
 * @throws `file.damaged`
 */
export function headerEnd(bytes: Uint8Array, available: number, file: string): number {
  if (available < 8) throw damaged(file, `only ${available} bytes long, shorter than its first field`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader)
    throw damaged(file, `announces a header of ${length} bytes; not a safetensors file`);
  if (8 + length <= available) return 8 + length;
  throw damaged(file, `${available} bytes long, cut short inside its header of ${length} bytes`);
}

/**
 * Reads the header. Every byte behind it must belong to exactly one tensor, as the format demands.
 * @param bytes the file's first bytes, up to the end of the header at least
 * @param available bytes of the whole file
 * @param file names it in errors
 * @throws `file.damaged`
 */
export function parseHeader(bytes: Uint8Array, available: number, file: string): SafetensorsHeader {
  const start = headerEnd(bytes, available, file);
  const { __metadata__: metadata = {}, ...rest } = parseJson(bytes.subarray(8, start), file);
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw damaged(file, 'its __metadata__ holds something other than texts');
  }
  const entries = Object.entries(rest).map(([name, entry]) => [name, checkEntry(name, entry, file)] as const);
  checkCoverage(entries, available - start, file);
  return { entries: new Map(entries), metadata: metadata as Record<string, string>, start };
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(file, 'its header is not JSON');
  }
  if (!isObject(header)) throw damaged(file, 'its header is not a JSON object');
  return header;
}

function checkEntry(name: string, entry: unknown, file: string): HeaderEntry {
  if (!isObject(entry)) throw damaged(file, `tensor ${name} has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype)) {
    const known = Object.keys(elementBytes).join(', ');
    throw damaged(file, `tensor ${name} has dtype ${JSON.stringify(dtype)}; known are ${known}`);
  }
  if (!isCounts(shape)) throw damaged(file, `tensor ${name} has no proper shape`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw damaged(file, `tensor ${name} has no proper byte range`);
  const [from, to] = offsets as [number, number];
  const wanted = bytesOf(dtype as Dtype, shape);
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

/** A `file.damaged` error about one file. */
export function damaged(file: string, fact: string): ConvolabError {
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
