import { uploadPartBytes } from '../../core/contract/uploads.ts';
import { useBridge } from '../app/bridge.ts';
import type { ChosenFile } from '../app/choose-files.ts';

/** Bytes of files sent so far, of all. */
export type Sent = (done: number, total: number) => void;

/** Bytes in one message, before base64. */
const mostInMessage = 2 * uploadPartBytes;

interface Part {
  path: string;
  offset: number;
  data: string;
}

/** Files whose places this window knows, each by itself; null where it runs in a browser, which is not told. */
export function pathsOf(files: readonly ChosenFile[]): string[] | null {
  const paths = files.map(({ file }) => useBridge().pathOf(file));
  return paths.every((path) => path !== null) ? paths : null;
}

/**
 * Does something with files where the engine can reach them: by their own paths, or else sent to a folder that is
 * removed afterwards.
 */
export async function withEnginePaths<T>(
  files: readonly ChosenFile[],
  work: (paths: string[]) => Promise<T>,
): Promise<T> {
  const paths = pathsOf(files);
  if (paths) return work(paths);
  const upload = await send(files);
  try {
    return await work([upload.folder]);
  } finally {
    await discard(upload);
  }
}

/** Lets what was sent stay, under a name like the one given. Returns where it is then. */
export async function keep({ upload }: Upload, name: string): Promise<string> {
  return (await useBridge().call('uploads.keep', { upload, name })).folder;
}

export async function discard({ upload }: Upload): Promise<void> {
  await useBridge().call('uploads.discard', { upload });
}

/** Files that were sent, and where they are; to be kept under a name, or discarded. */
export interface Upload {
  readonly upload: string;
  readonly folder: string;
}

/** Sends a folder's files. Rejects with the signal's reason once that is aborted; nothing stays of them then. */
export async function send(files: readonly ChosenFile[], sent?: Sent, signal?: AbortSignal): Promise<Upload> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const begun = await useBridge().call('uploads.begin', { bytes: total });
  try {
    await sendParts(begun.upload, files, (done) => {
      signal?.throwIfAborted();
      sent?.(done, total);
    });
    return begun;
  } catch (thrown) {
    // The connection may be what failed; then the engine removes the rest itself.
    await useBridge()
      .call('uploads.discard', { upload: begun.upload })
      .catch(() => undefined);
    throw thrown;
  }
}

async function sendParts(
  upload: string,
  files: readonly ChosenFile[],
  sent: (done: number) => void,
): Promise<void> {
  let parts: Part[] = [];
  let waiting = 0;
  let done = 0;
  const flush = async () => {
    if (parts.length === 0) return;
    await useBridge().call('uploads.write', { upload, parts });
    done += waiting;
    sent(done);
    parts = [];
    waiting = 0;
  };
  for (const { file, path } of files) {
    // An empty file is one empty part.
    for (let offset = 0; offset === 0 || offset < file.size; offset += uploadPartBytes) {
      const bytes = new Uint8Array(await file.slice(offset, offset + uploadPartBytes).arrayBuffer());
      parts.push({ path, offset, data: toBase64(bytes) });
      waiting += bytes.length;
      if (waiting >= mostInMessage || parts.length >= 500) await flush();
    }
  }
  await flush();
}

function toBase64(bytes: Uint8Array): string {
  // As many arguments as a call bears.
  const step = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) {
    text += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(text);
}
