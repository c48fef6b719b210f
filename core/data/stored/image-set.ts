import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import type {
  ContentFile,
  DatasetFacts,
  DatasetFault,
  DatasetState,
  Examination,
  ImageCollection,
  ImageDatasetDefinition,
  ImageFile,
  ImagePair,
  PairLists,
  Reading,
  StoredSet,
} from '../dataset.ts';
import { damaged, faultOf, unreadable } from '../faults.ts';
import { hashFile, sha256Of } from './files.ts';
import { datasetFolder, missingSet, publicationOf, reportOn } from './folder.ts';
import { formatSums, manifestName, readManifest, readSums, sumsName } from './manifest.ts';

/** What the files of a collection of images mean. */
export interface ImageLayout {
  /**
   * Reads lists and annotations, not the images.
   * @param paths of all files there are
   * @param read one of them
   * @throws `dataset.damaged` naming the file
   */
  collect(paths: ReadonlySet<string>, read: (path: string) => Promise<Uint8Array>): Promise<Collected>;
}

export interface Collected {
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, readonly ImageFile[]>>;
  readonly pairs?: PairLists<ImagePair>;
}

export interface ImageSetOptions extends Pick<StoredSet, 'place' | 'mostFiles'> {
  readonly layout: ImageLayout;
}

/** A data set of images of varied size, each in a file of its own. It is read only where its record says what it is. */
export function imageSet(
  facts: DatasetFacts,
  { layout, place, mostFiles }: ImageSetOptions,
): ImageDatasetDefinition {
  return {
    ...facts,
    kind: 'images',
    shape: null,
    stored: {
      place,
      ...(mostFiles !== undefined && { mostFiles }),
      examine: (folder, reading) => examineImages(layout, folder, reading),
    },
    inspect: (home) => inspectImages(facts, datasetFolder(home, facts.name)),
    async verify(home, reading) {
      const folder = datasetFolder(home, facts.name);
      const recorded = await readManifest(folder).catch(() => null);
      // What nobody recorded is not read, either.
      const found = recorded === undefined ? nothing : await examineImages(layout, folder, reading);
      return reportOn(facts, folder, found);
    },
    openImages: (home) => openImages(facts, layout, home),
  };
}

async function inspectImages({ published }: DatasetFacts, folder: string): Promise<DatasetState> {
  const absent = { splits: published.splits, bytes: published.bytes };
  try {
    const manifest = await readManifest(folder);
    if (manifest === undefined) return { status: 'missing', ...absent };
    await stat(join(folder, sumsName));
    return { status: 'ready', splits: manifest.splits, bytes: manifest.bytes };
  } catch {
    return { status: 'damaged', ...absent };
  }
}

async function openImages(facts: DatasetFacts, layout: ImageLayout, home: string): Promise<ImageCollection> {
  const folder = datasetFolder(home, facts.name);
  const manifest = await readManifest(folder);
  if (manifest === undefined) throw missingSet(facts, home);
  const sums = await readSums(folder, manifest);
  const read = async (path: string) => {
    const bytes = await readInside(folder, path);
    if ((await sha256Of(bytes)) === sums.get(path)) return bytes;
    throw damaged(join(folder, path), 'is not what was fetched (its SHA-256 is another)');
  };
  return {
    name: facts.name,
    title: facts.title,
    version: publicationOf(facts, manifest, manifest.hash),
    hash: manifest.hash,
    folder,
    ...(await layout.collect(new Set(sums.keys()), read)),
    read,
  };
}

async function readInside(folder: string, path: string): Promise<Uint8Array> {
  const full = join(folder, ...path.split('/'));
  return readFile(full).catch((cause) => Promise.reject(unreadable(full, cause)));
}

const nothing: Examination = { status: 'missing', hash: null, splits: {}, files: [], faults: [] };

/** Sums every file, looks at the beginning of every image, and reads lists and annotations. */
async function examineImages(layout: ImageLayout, folder: string, reading?: Reading): Promise<Examination> {
  const paths = await contentPaths(folder);
  if (paths.length === 0) return nothing;
  const files: ContentFile[] = [];
  const faults: DatasetFault[] = [];
  for (const path of paths) {
    const full = join(folder, ...path.split('/'));
    try {
      files.push(await hashFile(full, path, reading));
      if (path.endsWith('.jpg')) await checkJpeg(full);
    } catch (thrown) {
      reading?.signal?.throwIfAborted();
      faults.push(faultOf(thrown));
    }
  }
  let splits: Record<string, number> = {};
  try {
    const collected = await layout.collect(new Set(paths), (path) => readInside(folder, path));
    splits = Object.fromEntries(
      Object.entries(collected.splits).map(([name, images]) => [name, images.length]),
    );
  } catch (thrown) {
    faults.push(faultOf(thrown));
  }
  if (faults.length > 0) return { status: 'damaged', hash: null, splits: {}, files, faults };
  if (Object.values(splits).every((count) => count === 0)) return nothing;
  const hash = createHash('sha256').update(formatSums(files)).digest('hex');
  return { status: 'ready', hash, splits, files, faults };
}

async function contentPaths(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== manifestName && path !== sumsName)
    .sort();
}

/** A JPEG begins with the marker of its start; what is behind it is looked at when it is decoded. */
async function checkJpeg(path: string): Promise<void> {
  const file = await open(path);
  try {
    const start = new Uint8Array(3);
    await file.read(start, 0, 3, 0);
    if (start[0] !== 0xff || start[1] !== 0xd8 || start[2] !== 0xff)
      throw damaged(path, 'is not a JPEG image');
  } finally {
    await file.close();
  }
}

/** An image that a list names must be there. Throws `dataset.damaged`. */
export function mustHold(paths: ReadonlySet<string>, path: string, list: string): string {
  if (paths.has(path)) return path;
  throw new ConvolabError('dataset.damaged', `${list}: names ${path}, which is not there`, {
    subject: list,
    hint: 'Fetch the data set again, all of its files.',
  });
}
