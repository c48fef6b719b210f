import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { ContentFile, Reading } from '../dataset.ts';
import { damaged, unreadable } from '../faults.ts';
import { longestIdxHeader } from '../formats/idx.ts';
import type { FileContent, FileHead } from './layout.ts';

/** What a packed file may come to: more is no data set of ours, but an attack on the memory. */
const mostUnpacked = 2 ** 31;
const inflate = promisify(gunzip);

/** Path of a file in `folder`, plain or packed as `.gz`; `undefined` where there is neither. */
export async function locateFile(folder: string, name: string): Promise<string | undefined> {
  for (const candidate of [join(folder, name), join(folder, `${name}.gz`)]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile()) return candidate;
  }
  return undefined;
}

/**
 * A whole file, unpacked.
 * @throws `file.unreadable`, `dataset.damaged`
 */
export async function readContent(path: string): Promise<FileContent> {
  const bytes = await readFile(path).catch((cause) => Promise.reject(unreadable(path, cause)));
  if (!path.endsWith('.gz')) return { path, bytes };
  try {
    return { path, bytes: await inflate(bytes, { maxOutputLength: mostUnpacked }) };
  } catch (cause) {
    throw notUnpackable(path, cause);
  }
}

/** The first bytes of a file and its length; a packed one has to be unpacked for that. */
export async function readHead(path: string): Promise<FileHead> {
  if (path.endsWith('.gz')) {
    const { bytes } = await readContent(path);
    return { path, bytes: bytes.length, head: bytes.subarray(0, longestIdxHeader) };
  }
  const file = await open(path).catch((cause) => Promise.reject(unreadable(path, cause)));
  try {
    const start = new Uint8Array(longestIdxHeader);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    return { path, bytes: (await file.stat()).size, head: start.subarray(0, bytesRead) };
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file.close();
  }
}

/** Reads a file in pieces. Its own sum is returned, and the bytes are added to `whole` as well. */
export async function hashFile(
  path: string,
  name: string,
  { signal, onRead }: Reading = {},
  whole?: Hash,
): Promise<ContentFile> {
  const own = createHash('sha256');
  let bytes = 0;
  const count = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      own.update(chunk);
      whole?.update(chunk);
      bytes += chunk.length;
      onRead?.(chunk.length);
      signal?.throwIfAborted();
    }
  };
  try {
    const stream = createReadStream(path, { highWaterMark: 1 << 20 });
    if (path.endsWith('.gz')) await pipeline(stream, createGunzip(), count);
    else await pipeline(stream, count);
  } catch (cause) {
    signal?.throwIfAborted();
    if ((cause as NodeJS.ErrnoException).code?.startsWith('Z_')) throw notUnpackable(path, cause);
    throw unreadable(path, cause);
  }
  return { path: name, bytes, sha256: own.digest('hex') };
}

/** What is summed at once: more would have to be copied to leave the JavaScript thread. */
const pieceBytes = 2 ** 24;

/** Off the JavaScript thread, or in pieces between which others have their turn. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  if (bytes.length > pieceBytes) return sumInPieces(bytes);
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString('hex');
}

async function sumInPieces(bytes: Uint8Array): Promise<string> {
  const sum = createHash('sha256');
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    sum.update(bytes.subarray(at, at + pieceBytes));
    await setImmediate();
  }
  return sum.digest('hex');
}

function notUnpackable(path: string, cause: unknown) {
  return damaged(path, `cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)})`);
}
