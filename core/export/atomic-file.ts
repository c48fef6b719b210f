import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { makeFolders } from './folders.ts';

/**
 * Writes a file whole or not at all, through a power cut too: under a temporary name in the same folder, synced,
 * renamed over what was there, and the folder synced. Missing folders are made. After an error the temporary file is gone and
 * the old file, if any, is as it was.
 * @param parts written one after the other
 * @throws `disk.full`, `file.unwritable`
 */
export async function writeFileAtomic(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    makeFolders(folder);
    await writeSynced(temporary, parts);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, cause);
  }
}

/** Removes what a writer that was killed left half-written in a folder. Only for folders that nobody writes to now. */
export function removeTemporaries(folder: string): void {
  if (!existsSync(folder)) return;
  const left = readdirSync(folder).filter((name) => /\.[0-9a-f]{8}\.tmp$/.test(name));
  for (const name of left) rmSync(join(folder, name), { force: true });
}

async function writeSynced(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself survive. Windows cannot open a folder, and does not need it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the operating system says about a write, as a fact about the file with a way out. */
export function writeError(path: string, cause: unknown): ConvolabError {
  if (cause instanceof ConvolabError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ConvolabError(
      'disk.full',
      `No space left to write ${path}.`,
      { subject: path, hint: 'Free some space on its disk, then try again. Nothing that was there is lost.' },
      { cause },
    );
  }
  return new ConvolabError(
    'file.unwritable',
    `${path} cannot be written: ${message}`,
    { subject: path, hint: 'Check that the folder may be written to, or choose another one.' },
    { cause },
  );
}
