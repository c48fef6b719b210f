import { constants } from 'node:fs';
import { copyFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { type ArchiveLimits, unsafe } from '../archive/budget.ts';
import { archiveKind, type UnpackOptions, unpack } from '../archive/unpack.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { unreadable } from '../faults.ts';

/** Room for what sets of one's own hold more than the published one, and for a margin of files. */
const roomyBytes = 1.25;
const leastBytes = 64 * 2 ** 20;
const usualFiles = 100_000;

/** What an archive of a data set may come to. */
export function limitsOf({ published, stored }: DatasetDefinition): ArchiveLimits {
  return {
    bytes: Math.max(leastBytes, Math.ceil(published.bytes * roomyBytes)),
    files: stored?.mostFiles ?? usualFiles,
  };
}

/**
 * Takes the wanted files out of a folder, and out of the archives in it.
 * @throws `file.unreadable`, `archive.*`, `disk.full`, `file.unwritable`; the signal's reason
 */
export async function takeFolder(folder: string, fill: UnpackOptions): Promise<void> {
  for (const path of await filesOf(folder)) {
    await takeFile(path, relative(folder, path).split(sep).join('/'), fill);
  }
}

/** Takes one file: copies it where it is wanted, looks into it where it is an archive. */
export async function takeFile(path: string, name: string, fill: UnpackOptions): Promise<void> {
  fill.signal?.throwIfAborted();
  const place = fill.place(name);
  if (place === null) {
    if (archiveKind(path) !== null) await unpack(path, fill);
    return;
  }
  const target = join(fill.target, ...place.split('/'));
  try {
    makeFolders(dirname(target));
    // A disk that can shares the bytes instead of copying them.
    await copyFile(path, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw unsafe(basename(dirname(path)), `holds ${JSON.stringify(place)} twice`);
    }
    throw writeError(target, cause);
  }
  fill.onRead?.((await stat(target)).size);
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}
