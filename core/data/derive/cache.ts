import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { isAlive } from '../../store/processes.ts';

/** Folders on their way here or from here are named by the process that sees to it, so that a start can tell whose is gone. */
const making = /^\.making-(\d+)-/;

/** Where derived sets lie: one folder each, named by its key. */
export function derivedFolder(home: string): string {
  return join(home, 'datasets', 'derived');
}

/** Whether a folder there is named as a set is, and not as one that is being made or removed. */
export function isKey(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** The folder of a set that is there, whole. It counts as used. */
export async function findDerived(home: string, key: string): Promise<string | undefined> {
  const folder = join(derivedFolder(home), key);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return undefined;
  const now = new Date();
  // Where the folder is read-only, nothing is removed from it either.
  await utimes(folder, now, now).catch(() => undefined);
  return folder;
}

/** When a set was made or last opened. */
export async function lastUseOf(folder: string): Promise<Date> {
  return (await stat(folder)).mtime;
}

function passing(home: string): string {
  return join(derivedFolder(home), `.making-${process.pid}-${randomBytes(4).toString('hex')}`);
}

/**
 * A new folder to make a set in.
 * @param begun told of it before it is there, so that there is none that nobody knows of
 */
export function beginDerived(home: string, begun?: (folder: string) => void): string {
  const folder = passing(home);
  begun?.(folder);
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

/**
 * Gives a set a name under which nobody finds it, so that it can be removed without being found half there.
 * @throws `file.unwritable`
 */
export async function takeAway(home: string, key: string): Promise<string> {
  const folder = join(derivedFolder(home), key);
  const aside = passing(home);
  await rename(folder, aside).catch((cause) => Promise.reject(writeError(folder, cause)));
  return aside;
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
