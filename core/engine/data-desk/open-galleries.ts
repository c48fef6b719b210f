import type { DatasetReference } from '../../contract/specs.ts';
import { type Gallery, openGallery } from './gallery.ts';

/** Looked at again within this time, a data set is still open; after it, its threads and files are closed. */
const idleMs = 30_000;

interface Entry {
  readonly gallery: Promise<Gallery>;
  idle?: NodeJS.Timeout;
}

const entries = new Map<string, Entry>();

/** As `openGallery`; kept open for a while. */
export function sharedGallery({ name, source, derive }: DatasetReference, home: string): Promise<Gallery> {
  const key = JSON.stringify([home, name, source, derive]);
  const entry: Entry = entries.get(key) ?? { gallery: openGallery({ name, source, derive }, home) };
  entries.set(key, entry);
  clearTimeout(entry.idle);
  entry.idle = setTimeout(() => forget(key), idleMs).unref();
  // What failed is tried anew the next time.
  entry.gallery.catch(() => forget(key));
  return entry.gallery;
}

/** Closes them all, because other files took the place of theirs. */
export function forgetGalleries(): void {
  for (const key of [...entries.keys()]) forget(key);
}

function forget(key: string): void {
  const entry = entries.get(key);
  if (entry === undefined) return;
  entries.delete(key);
  clearTimeout(entry.idle);
  void entry.gallery.then(
    (gallery) => gallery.close(),
    () => undefined,
  );
}
