import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { SampleSource } from '../backends/backend.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { Dataset, DatasetState } from './dataset.ts';
import { checkIdxLength, damaged, longestIdxHeader, parseIdx, parseIdxHeader } from './idx.ts';

const inflate = promisify(gunzip);

/** A data set kept as pairs of IDX files, images and labels, each plain or with `.gz` behind its name. */
export interface IdxLayout {
  readonly name: string;
  readonly title: string;
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, { readonly images: string; readonly labels: string }>>;
}

/** Path of a file in `folder`, plain or packed; `undefined` where there is neither. */
async function locate(folder: string, name: string): Promise<string | undefined> {
  for (const candidate of [join(folder, name), join(folder, `${name}.gz`)]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile()) return candidate;
  }
  return undefined;
}

/** True where at least one of the layout's files lies in `folder`. */
export async function holdsAny(layout: IdxLayout, folder: string): Promise<boolean> {
  const names = Object.values(layout.splits).flatMap((split) => [split.images, split.labels]);
  const found = await Promise.all(names.map((name) => locate(folder, name)));
  return found.some((path) => path !== undefined);
}

async function mustLocate(layout: IdxLayout, folder: string, name: string): Promise<string> {
  const path = await locate(folder, name);
  if (path) return path;
  throw new ConvolabError('dataset.missing', `${layout.title}: ${name} is not in ${folder}.`, {
    subject: layout.name,
    hint: `Put ${name} or ${name}.gz into ${folder}.`,
  });
}

async function read(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConvolabError(
      'file.unreadable',
      `${path} cannot be read: ${reason}`,
      { subject: path },
      { cause },
    );
  }
  if (!path.endsWith('.gz')) return bytes;
  try {
    return await inflate(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(path, `cannot be unpacked (${reason})`);
  }
}

interface LoadedSplit {
  readonly source: SampleSource;
  readonly files: readonly Uint8Array[];
}

async function loadSplit(layout: IdxLayout, folder: string, split: string): Promise<LoadedSplit> {
  const names = layout.splits[split] as { images: string; labels: string };
  const imagesPath = await mustLocate(layout, folder, names.images);
  const labelsPath = await mustLocate(layout, folder, names.labels);
  const [imageFile, labelFile] = await Promise.all([read(imagesPath), read(labelsPath)]);
  const images = parseIdx(imageFile, imagesPath, 3);
  const labels = parseIdx(labelFile, labelsPath, 1);
  checkImages(layout, images.extents, imagesPath);
  checkCounts(images.extents, labels.extents, labelsPath);
  const alien = labels.data.findIndex((label) => label >= layout.classes.length);
  if (alien >= 0) {
    const last = layout.classes.length - 1;
    throw damaged(labelsPath, `label ${labels.data[alien]} of sample ${alien} is not a class (0 to ${last})`);
  }
  return {
    source: {
      images: images.data,
      labels: Int32Array.from(labels.data),
      shape: layout.shape,
      classes: layout.classes.length,
    },
    files: [imageFile, labelFile],
  };
}

function checkImages(layout: IdxLayout, extents: readonly number[], path: string): void {
  const [count, height, width] = extents;
  if (count === 0) throw damaged(path, 'holds no image');
  if (height === layout.shape[1] && width === layout.shape[2]) return;
  throw damaged(
    path,
    `images are ${height}x${width} where ${layout.shape[1]}x${layout.shape[2]} are expected`,
  );
}

function checkCounts(images: readonly number[], labels: readonly number[], path: string): void {
  if (images[0] === labels[0]) return;
  throw damaged(path, `holds ${labels[0]} labels for ${images[0]} images`);
}

/** Reads every split of a folder. Throws `dataset.missing`, `dataset.damaged` or `file.unreadable`. */
export async function openIdxFolder(layout: IdxLayout, folder: string): Promise<Dataset> {
  const names = Object.keys(layout.splits);
  const loaded = await Promise.all(names.map((split) => loadSplit(layout, folder, split)));
  const contents = loaded.flatMap((split) => split.files);
  let hash: string | undefined;
  return {
    name: layout.name,
    title: layout.title,
    shape: layout.shape,
    classes: layout.classes,
    splits: Object.fromEntries(names.map((name, i) => [name, (loaded[i] as LoadedSplit).source])),
    get hash() {
      hash ??= digest(contents);
      return hash;
    },
  };
}

function digest(contents: readonly Uint8Array[]): string {
  const sha256 = createHash('sha256');
  for (const bytes of contents) sha256.update(bytes);
  return sha256.digest('hex');
}

/** Counts and bytes from headers and lengths alone (a packed file has to be unpacked for that). */
export async function inspectIdxFolder(layout: IdxLayout, folder: string): Promise<DatasetState> {
  let bytes = 0;
  const splits: Record<string, number> = {};
  try {
    for (const [split, names] of Object.entries(layout.splits)) {
      const images = await inspectFile(await mustLocate(layout, folder, names.images), 3);
      const labelsPath = await mustLocate(layout, folder, names.labels);
      const labels = await inspectFile(labelsPath, 1);
      checkImages(layout, images.extents, names.images);
      checkCounts(images.extents, labels.extents, labelsPath);
      splits[split] = images.extents[0] as number;
      bytes += images.bytes + labels.bytes;
    }
  } catch (thrown) {
    const missing = thrown instanceof ConvolabError && thrown.code === 'dataset.missing';
    return { status: missing ? 'missing' : 'damaged', splits: {}, bytes: 0 };
  }
  return { status: 'ready', splits, bytes };
}

async function inspectFile(
  path: string,
  rank: number,
): Promise<{ extents: readonly number[]; bytes: number }> {
  if (path.endsWith('.gz')) {
    const { extents } = parseIdx(await read(path), path, rank);
    return { extents, bytes: (await stat(path)).size };
  }
  const file = await open(path);
  try {
    const start = new Uint8Array(longestIdxHeader);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const { size } = await file.stat();
    const header = parseIdxHeader(start.subarray(0, bytesRead), path, rank);
    checkIdxLength(header, size, path);
    return { extents: header.extents, bytes: size };
  } finally {
    await file.close();
  }
}
