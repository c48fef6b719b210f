import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { arrivalName } from './check.ts';
import { pointerName } from './pointer.ts';

/** A file of the data folder, by its path below it. */
export interface HomeFile {
  readonly path: string;
  readonly bytes: number;
  readonly changed: number;
  /** Where a link leads, which stays a link. */
  readonly leadsTo?: string;
}

const pieceBytes = 2 ** 20;

/** The store is copied by SQLite itself, at the end. */
const storeFile = /^convolab\.sqlite(-wal|-shm|-journal)?$/;

/** Everything in a data folder but the store. */
export async function listHome(home: string): Promise<HomeFile[]> {
  const files: HomeFile[] = [];
  await collect(home, '', files);
  return files;
}

async function collect(home: string, below: string, files: HomeFile[]): Promise<void> {
  const entries = await readdir(join(home, below), { withFileTypes: true });
  for (const entry of entries) {
    if (
      below === '' &&
      (storeFile.test(entry.name) || entry.name === pointerName || entry.name === arrivalName)
    ) {
      continue;
    }
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await collect(home, path, files);
    else if (entry.isSymbolicLink()) {
      const leadsTo = resolve(home, below, await readlink(join(home, path)));
      files.push({ path, bytes: 0, changed: 0, leadsTo });
    } else if (entry.isFile()) {
      const { size, mtimeMs } = await stat(join(home, path));
      files.push({ path, bytes: size, changed: mtimeMs });
    }
  }
}

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Bytes since the last call that were copied and read again; what is only copied yet counts half. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Brings files to another folder: on the same disk under a second name, else as copies, each read again and compared.
 * @throws `file.unreadable`, `file.damaged` where a copy reads otherwise than it was written, `disk.full`,
 * `file.unwritable`; the signal's reason
 */
export async function copyFiles(
  home: string,
  target: string,
  files: readonly HomeFile[],
  { signal, onBytes }: CopyOptions,
): Promise<void> {
  for (const { path, bytes, leadsTo } of files) {
    signal.throwIfAborted();
    const [from, to] = [join(home, path), join(target, path)];
    try {
      makeFolders(dirname(to));
      await rm(to, { force: true });
    } catch (cause) {
      throw writeError(to, cause);
    }
    if (leadsTo !== undefined) await symlink(leadsTo, to);
    else if (await linked(from, to)) onBytes(bytes);
    else await copyVerified(from, to, { signal, onBytes });
  }
}

/** False where the two do not lie on one disk, or the disk knows no second names. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch {
    return false;
  }
}

async function copyVerified(from: string, to: string, options: CopyOptions): Promise<void> {
  const written = await copyHashed(from, to, options);
  const read = createHash('sha256');
  for await (const chunk of createReadStream(to, { signal: options.signal, highWaterMark: pieceBytes })) {
    read.update(chunk as Buffer);
    options.onBytes((chunk as Buffer).length / 2);
  }
  if (read.digest('hex') === written) return;
  throw new ConvolabError('file.damaged', `The copy of ${from} reads otherwise than it was written.`, {
    subject: to,
    hint: 'The disk may be failing; nothing was moved.',
  });
}

async function copyHashed(from: string, to: string, { signal, onBytes }: CopyOptions): Promise<string> {
  const sha256 = createHash('sha256');
  try {
    const file = await open(to, 'wx');
    try {
      for await (const chunk of createReadStream(from, { signal, highWaterMark: pieceBytes })) {
        sha256.update(chunk as Buffer);
        await file.write(chunk as Buffer);
        onBytes((chunk as Buffer).length / 2);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw writeError(to, cause);
  }
  return sha256.digest('hex');
}
