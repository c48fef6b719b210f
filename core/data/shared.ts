import type { Dataset } from './dataset.ts';
import { openTrainingSet } from './derive/open.ts';
import type { ReferenceInput } from './derive/section.ts';

/** Looked at again within this time, a data set is still there; after it, its memory is free. */
const idleMs = 30_000;

interface Entry {
  readonly dataset: Promise<Dataset>;
  idle?: NodeJS.Timeout;
}

const entries = new Map<string, Entry>();

/**
 * As `openTrainingSet`, for a process that looks at data sets now and then (thumbnails, feature maps): one that was opened
 * a moment ago is handed out again, and forgotten when nobody has asked for half a minute.
 */
export function sharedDataset({ name, source, derive }: ReferenceInput, home: string): Promise<Dataset> {
  const key = JSON.stringify([home, name, source, derive]);
  const entry = entries.get(key) ?? open(key, { name, source, derive }, home);
  clearTimeout(entry.idle);
  entry.idle = setTimeout(() => entries.delete(key), idleMs).unref();
  return entry.dataset;
}

function open(key: string, reference: ReferenceInput, home: string): Entry {
  const dataset = openTrainingSet(reference, home);
  const entry: Entry = { dataset };
  entries.set(key, entry);
  // What failed is tried anew the next time.
  dataset.catch(() => entries.delete(key));
  return entry;
}

/** To be called when files took the place of others: what is held in memory is no longer what is there. */
export function forgetDatasets(): void {
  for (const { idle } of entries.values()) clearTimeout(idle);
  entries.clear();
}
