import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
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

/** What is read at once: the piece before is summed meanwhile, and others have their turn in between. */
const pieceBytes = 2 ** 22;

/**
 * A whole file, unpacked.
 * @param sum is given its bytes as they come
 * @throws `file.unreadable`, `dataset.damaged`
 */
export async function readContent(path: string, sum?: Hash): Promise<FileContent> {
  const bytes = await readWhole(path, path.endsWith('.gz') ? undefined : sum).catch((cause) =>
    Promise.reject(unreadable(path, cause)),
  );
  if (!path.endsWith('.gz')) return { path, bytes };
  try {
    const unpacked = await inflate(bytes, { maxOutputLength: mostUnpacked });
    sum?.update(unpacked);
    return { path, bytes: unpacked };
  } catch (cause) {
    throw notUnpackable(path, cause);
  }
}

/** As long as it is when it is opened, or as far as it goes where it is cut meanwhile. */
async function readWhole(path: string, sum?: Hash): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = Buffer.allocUnsafeSlow((await file.stat()).size);
    const readFrom = (at: number) => file.read(bytes, at, Math.min(pieceBytes, bytes.length - at), at);
    let at = 0;
    let next = readFrom(at);
    for (;;) {
      const { bytesRead } = await next;
      if (bytesRead === 0) return bytes.subarray(0, at);
      const piece = bytes.subarray(at, at + bytesRead);
      at += bytesRead;
      next = readFrom(at);
      sum?.update(piece);
    }
  } finally {
    await file.close();
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

/** Off the JavaScript thread. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString('hex');
}

function notUnpackable(path: string, cause: unknown) {
  return damaged(path, `cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)})`);
}
