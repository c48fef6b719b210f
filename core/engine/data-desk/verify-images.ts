import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Verification } from '../../contract/datasets.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import type { DecodedFile, EncodedImage, Fit } from '../../data/decode/job.ts';
import { DecodePool } from '../../data/decode/pool.ts';
import { faultOf } from '../../data/faults.ts';
import { Meter, type Watching } from '../../data/progress.ts';
import { scanFolder } from '../../data/sources/image-folder.ts';
import { openGallery } from './gallery.ts';

/** Images that are read before they are decoded. */
const batch = 64;
/** As small as can be: whether a file can be decoded does not depend on the size that it is brought to. */
const tiny: Fit = { height: 1, width: 1, method: 'area', keep: 'all' };

/**
 * Decodes every image of a folder of one's own and says which cannot be.
 * @throws what opening it throws; `download.stopped` when asked to
 */
export async function verifySource(
  reference: DatasetReference & { readonly source: NonNullable<DatasetReference['source']> },
  home: string,
  { signal, onProgress }: Watching,
): Promise<Verification> {
  const gallery = await openGallery({ name: reference.name, source: reference.source }, home);
  try {
    const faults =
      reference.source.type === 'image-folder'
        ? await undecodable(reference.source.path, signal, onProgress)
        : [];
    return {
      name: reference.name,
      status: faults.length === 0 ? 'ready' : 'damaged',
      version: gallery.version,
      hash: gallery.hash,
      published: null,
      splits: Object.fromEntries([...gallery.splits].map(([split, { count }]) => [split, count])),
      faults,
    };
  } finally {
    await gallery.close();
  }
}

async function undecodable(
  path: string,
  signal: AbortSignal | undefined,
  onProgress: Watching['onProgress'],
): Promise<Verification['faults']> {
  const folder = resolve(path);
  const { splits } = await scanFolder(folder);
  const files = Object.values(splits).flat();
  const meter = new Meter(onProgress);
  // In images rather than bytes: how large they are is known only once they are read.
  meter.begin('verifying', files.length);
  const done = meter.adding();
  const pool = new DecodePool();
  const faults: Verification['faults'] = [];
  try {
    for (let at = 0; at < files.length; at += batch) {
      if (signal?.aborted)
        throw new ConvolabError('download.stopped', 'Stopped on request.', { subject: folder });
      const part = files.slice(at, at + batch);
      const images = await Promise.all(part.map(({ path: file }) => readImage(folder, file)));
      const readable = images.filter((image) => 'bytes' in image);
      const decoded = await pool.decode(readable, tiny);
      faults.push(...images.filter((image) => 'reason' in image));
      faults.push(...decoded.flatMap(reasonOf));
      done(part.length);
    }
    return faults;
  } finally {
    await pool.close();
  }
}

async function readImage(
  folder: string,
  file: string,
): Promise<EncodedImage | Verification['faults'][number]> {
  try {
    return { file, bytes: await readFile(join(folder, file)) };
  } catch (cause) {
    return { file, reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function reasonOf(decoded: DecodedFile): Verification['faults'] {
  return decoded instanceof Uint8Array ? [] : [faultOf(ConvolabError.fromJSON(decoded))];
}
