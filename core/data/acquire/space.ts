import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';

/** Free bytes on the disk that a folder lies on, or will lie on; `null` where the system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? null : freeBytes(parent);
  }
}

/** Throws `disk.full` before anything is begun that could not be ended. */
export async function checkSpace(folder: string, needed: number, what: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free === null || free >= needed) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
  throw new ConvolabError(
    'disk.full',
    `${what} needs ${megabytes(needed)} on the disk of ${folder}; ${megabytes(free)} are free.`,
    { subject: folder, hint: 'Free some space there, or move the data folder to another disk.' },
  );
}
