import { loadAddon, native } from './addon.ts';

/**
 * A file as bytes that stay on disk: the system reads pages as they are touched and drops them when memory is short, so
 * that it counts as no memory of this process, however large. Writing to the bytes changes a copy, never the file.
 * The file must not be shortened while it is in use.
 * @throws `file.unreadable`; `native.unavailable`
 */
export function mapFile(path: string): Uint8Array<ArrayBuffer> {
  return native(() => loadAddon().mapFile(path));
}
