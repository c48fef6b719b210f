import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { SampleSource } from '../../backends/backend.ts';
import { mapFile } from '../../backends/native/map-file.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { writeError, writeFileAtomic } from '../../export/atomic-file.ts';
import {
  type Dtype,
  encodeHeader,
  type HeaderEntry,
  headerEnd,
  layOut,
  parseHeader,
  type SafetensorsHeader,
} from '../../export/safetensors-header.ts';
import { checkSpace } from '../acquire/space.ts';
import type { Dataset, ImageShape, ObjectBox } from '../dataset.ts';
import { damaged, unreadable } from '../faults.ts';
import { type FixedSamples, pixelArray, sizeOf, upTo } from './samples.ts';

/**
 * A derived set on disk, a folder of two files: `samples.safetensors`, which any other program can read, with
 * `<split>.images` [N, C, H, W], `<split>.labels` [N] where there are labels, and `<split>.objects` [M, 7] where there
 * are boxes (sample, label, left, top, right, bottom, difficult); and `set.json` with what it is and came from, written
 * last.
 */
export const samplesName = 'samples.safetensors';
const recordName = 'set.json';

const record = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  title: z.string(),
  /** As `Provenance.version` of what it was derived from. */
  publication: z.string(),
  /** SHA-256 over classes, shapes and numbers: the same set whatever it was derived from. */
  hash: z.string(),
  classes: z.array(z.string()),
  shape: z.tuple([z.int(), z.int(), z.int()]),
  /** What it was made of and how, for the curious. */
  made: z.unknown(),
});
type SetRecord = z.infer<typeof record>;

/** A set all of whose splits can be read. */
export interface FixedSet {
  readonly classes: readonly string[];
  readonly shape: ImageShape;
  readonly splits: Readonly<Record<string, FixedSamples>>;
}

export interface WriteOptions {
  readonly about: Pick<SetRecord, 'name' | 'title' | 'publication' | 'made'>;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Bytes read and written at a time, about. */
const pieceBytes = 4_000_000;
const objectColumns = 7;

/**
 * Reads every sample of a set and writes it into a folder that is there.
 * @throws `disk.full` before anything is written where it would not fit, or later; `file.unwritable`; whatever reading
 *   the samples throws
 */
export async function writeSet(
  folder: string,
  set: FixedSet,
  { about, onProgress }: WriteOptions,
): Promise<void> {
  const tensors = await tensorsOf(set);
  const entries = layOut(tensors.map(({ name, dtype, shape }) => [name, { dtype, shape }] as const));
  const total = Math.max(0, ...[...entries.values()].map((entry) => entry.data_offsets[1]));
  await checkSpace(dirname(folder), total, 'The derived set');
  const hash = createHash('sha256').update(
    JSON.stringify({ classes: set.classes, ...Object.fromEntries(entries) }),
  );
  const path = join(folder, samplesName);
  let done = 0;
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(
        encodeHeader(entries, { title: about.title, classes: JSON.stringify(set.classes) }),
      );
      for (const name of entries.keys()) {
        const tensor = tensors.find((each) => each.name === name) as Tensor;
        for await (const piece of tensor.pieces()) {
          hash.update(piece);
          await writeAll(file, piece);
          done += piece.length;
          onProgress?.(done, total);
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw writeError(path, cause);
  }
  const { classes, shape } = set;
  const complete: SetRecord = {
    version: 1,
    ...about,
    hash: hash.digest('hex'),
    classes: [...classes],
    shape: [...shape],
  };
  await writeFileAtomic(join(folder, recordName), [`${JSON.stringify(complete, null, 2)}\n`]);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  pieces(): AsyncIterable<Uint8Array>;
}

async function tensorsOf(set: FixedSet): Promise<Tensor[]> {
  const tensors: Tensor[] = [];
  for (const [split, samples] of Object.entries(set.splits)) {
    const { count, labels, floats, shape } = samples;
    tensors.push({
      name: `${split}.images`,
      dtype: floats ? 'F32' : 'U8',
      shape: [count, ...shape],
      pieces: () => imagePieces(samples),
    });
    if (labels) tensors.push(tensorOf(`${split}.labels`, [count], labels));
    if (samples.objects) {
      const rows = await objectRows(samples, samples.objects);
      const shape = [rows.length / objectColumns, objectColumns];
      tensors.push(tensorOf(`${split}.objects`, shape, rows));
    }
  }
  return tensors;
}

function tensorOf(name: string, shape: readonly number[], values: Int32Array): Tensor {
  return {
    name,
    dtype: 'I32',
    shape,
    async *pieces() {
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    },
  };
}

/** A piece is read while the one before it is written. */
async function* imagePieces(samples: FixedSamples): AsyncGenerator<Uint8Array> {
  const size = sizeOf(samples.shape);
  const each = Math.max(1, Math.ceil(pieceBytes / (samples.floats ? 4 * size : size)));
  const read = async (first: number): Promise<Uint8Array> => {
    const indices = upTo(Math.min(each, samples.count - first)).map((index) => first + index);
    const pixels = pixelArray(samples.floats, indices.length * size);
    await samples.read(indices, pixels);
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  };
  let next = samples.count > 0 ? read(0) : null;
  for (let first = each; next !== null; first += each) {
    const piece: Uint8Array = await next;
    next = first < samples.count ? read(first) : null;
    // Awaited in the next round: what it throws is thrown there, and is no unhandled rejection before.
    next?.catch(() => undefined);
    yield piece;
  }
}

async function objectRows(
  { count }: FixedSamples,
  objects: NonNullable<FixedSamples['objects']>,
): Promise<Int32Array> {
  const rows: number[] = [];
  for (let sample = 0; sample < count; sample++) {
    for (const { label, left, top, right, bottom, difficult } of await objects(sample)) {
      rows.push(sample, label, left, top, right, bottom, difficult ? 1 : 0);
    }
  }
  return Int32Array.from(rows);
}

/**
 * A stored set whose numbers stay on disk: the system reads them as they are touched.
 * @throws `dataset.damaged`, `file.unreadable`, `native.unavailable`
 */
export async function openSet(folder: string): Promise<Dataset> {
  const { name, title, publication, hash, classes, shape } = await readRecord(folder);
  const path = join(folder, samplesName);
  const header = await readHeader(path);
  const bytes = mapFile(path);
  const splits: Record<string, SampleSource> = {};
  const objects: Record<string, ObjectBox[][]> = {};
  for (const [tensor, entry] of header.entries) {
    const [split, part] = tensor.split('.') as [string, string];
    const count = entry.shape[0] as number;
    if (part === 'images') {
      const labels = header.entries.get(`${split}.labels`);
      splits[split] = {
        images: view(bytes, header, entry) as Uint8Array | Float32Array,
        labels: labels ? (view(bytes, header, labels) as Int32Array).slice() : new Int32Array(count).fill(-1),
        shape,
        classes: classes.length,
      };
    }
    if (part === 'objects') {
      const samples = header.entries.get(`${split}.images`)?.shape[0] ?? 0;
      objects[split] = boxesOf(view(bytes, header, entry) as Int32Array, samples);
    }
  }
  const boxed = Object.keys(objects).length > 0;
  return { name, version: publication, hash, title, shape, classes, splits, ...(boxed && { objects }) };
}

/**
 * What a stored set is.
 * @throws `dataset.damaged`, `file.unreadable`
 */
export async function readRecord(folder: string): Promise<SetRecord> {
  const path = join(folder, recordName);
  const text = await readFile(path, 'utf8').catch((cause) => Promise.reject(unreadable(path, cause)));
  try {
    return record.parse(JSON.parse(text));
  } catch {
    throw damaged(path, 'is not the record of a derived set');
  }
}

/** The header alone, of a file that may be larger than memory. */
export async function readHeader(path: string): Promise<SafetensorsHeader> {
  const file = await open(path).catch((cause) => Promise.reject(unreadable(path, cause)));
  try {
    const { size } = await file.stat();
    const first = new Uint8Array(8);
    await file.read(first, 0, 8, 0);
    const start = new Uint8Array(headerEnd(first, size, path));
    await file.read(start, 0, start.length, 0);
    return parseHeader(start, size, path);
  } catch (thrown) {
    if (thrown instanceof ConvolabError) throw damaged(path, thrown.message);
    throw unreadable(path, thrown);
  } finally {
    await file.close();
  }
}

/** A tensor's numbers where they are in the file; little-endian, as every system that Convolab runs on. */
function view(
  bytes: Uint8Array<ArrayBuffer>,
  { start }: SafetensorsHeader,
  { dtype, data_offsets: [from, to] }: HeaderEntry,
): Uint8Array | Float32Array | Int32Array {
  const at = bytes.byteOffset + start + from;
  if (dtype === 'F32') return new Float32Array(bytes.buffer, at, (to - from) / 4);
  if (dtype === 'I32') return new Int32Array(bytes.buffer, at, (to - from) / 4);
  return bytes.subarray(start + from, start + to);
}

function boxesOf(rows: Int32Array, samples: number): ObjectBox[][] {
  const boxes: ObjectBox[][] = Array.from({ length: samples }, () => []);
  for (let at = 0; at < rows.length; at += objectColumns) {
    const [sample = 0, label = 0, left = 0, top = 0, right = 0, bottom = 0, difficult] = rows.subarray(
      at,
      at + objectColumns,
    );
    boxes[sample]?.push({ label, left, top, right, bottom, difficult: difficult === 1 });
  }
  return boxes;
}
