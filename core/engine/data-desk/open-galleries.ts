import type { DatasetReference } from '../../contract/specs.ts';
import { type Gallery, openGallery } from './gallery.ts';

/** Looked at again within this time, a data set is still open; after it, its threads and files are closed. */
const idleMs = 30_000;

interface Entry {
  readonly gallery: Promise<Gallery>;
  /** Pieces of work that read it now: it is not closed under them. */
  users: number;
  idle?: NodeJS.Timeout;
}

const entries = new Map<string, Entry>();

/** Does something with what `openGallery` opens, which is kept open for a while. Throws as both do. */
export async function withGallery<T>(
  { name, source, derive }: DatasetReference,
  home: string,
  work: (gallery: Gallery) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([home, name, source, derive]);
  const entry: Entry = entries.get(key) ?? { gallery: openGallery({ name, source, derive }, home), users: 0 };
  entries.set(key, entry);
  clearTimeout(entry.idle);
  entry.users += 1;
  // What failed is tried anew the next time.
  entry.gallery.catch(() => forget(key, entry));
  try {
    return await work(await entry.gallery);
  } finally {
    entry.users -= 1;
    if (entries.get(key) !== entry) closeUnused(entry);
    else if (entry.users === 0) entry.idle = setTimeout(() => forget(key, entry), idleMs).unref();
  }
}

/** Closes them all, because other files took the place of theirs; those that are read, when that is done. */
export function forgetGalleries(): void {
  for (const [key, entry] of [...entries]) forget(key, entry);
}

function forget(key: string, entry: Entry): void {
  if (entries.get(key) !== entry) return;
  entries.delete(key);
  clearTimeout(entry.idle);
  closeUnused(entry);
}

function closeUnused({ gallery, users }: Entry): void {
  if (users > 0) return;
  void gallery.then(
    (opened) => opened.close(),
    () => undefined,
  );
}
