import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { isAlive } from '../../store/processes.ts';

/** Folders under way are named by the process that makes them, so that a start can tell whose maker is gone. */
const making = /^\.making-(\d+)-/;

/** Where derived sets lie: one folder each, named by its key. */
export function derivedFolder(home: string): string {
  return join(home, 'datasets', 'derived');
}

/** The folder of a set that is there, whole. */
export async function findDerived(home: string, key: string): Promise<string | undefined> {
  const folder = join(derivedFolder(home), key);
  return (await stat(folder).catch(() => undefined))?.isDirectory() ? folder : undefined;
}

/** A new folder to make a set in. */
export function beginDerived(home: string): string {
  const folder = join(derivedFolder(home), `.making-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    makeFolders(folder);
    return folder;
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Puts a set that is whole where it is found; where another process was quicker, its set stays, which is the same. */
export async function publishDerived(home: string, made: string, key: string): Promise<string> {
  const folder = join(derivedFolder(home), key);
  try {
    await syncFolder(made);
    await rename(made, folder);
    await syncFolder(derivedFolder(home));
  } catch (cause) {
    if ((await findDerived(home, key)) === undefined) throw writeError(folder, cause);
    await rm(made, { recursive: true, force: true });
  }
  return folder;
}

/** Removes what processes that are gone have left half-made. Never throws: what cannot be removed is tried again. */
export async function cleanDerived(home: string): Promise<void> {
  const entries = await readdir(derivedFolder(home)).catch(() => []);
  for (const entry of entries) {
    const pid = making.exec(entry)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(derivedFolder(home), entry), { recursive: true, force: true }).catch(() => undefined);
  }
}
