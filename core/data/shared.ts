import type { Dataset } from './dataset.ts';
import { openTrainingSet } from './derive/open.ts';
import type { ReferenceInput } from './derive/section.ts';

/** Looked at again within this time, a data set is still there; after it, its memory is free unless others hold it. */
const idleMs = 30_000;

interface Entry {
  /** Nobody's own once it has rested: then it is found again only while somebody else, such as an open network, has it. */
  dataset: Promise<Dataset> | WeakRef<Dataset>;
  idle?: NodeJS.Timeout;
}

const entries = new Map<string, Entry>();

/**
 * As `openTrainingSet`, for a process that looks at data sets now and then (thumbnails, feature maps): one that is in memory
 * is handed out again, and forgotten when nobody has asked for half a minute and nobody uses it.
 */
export function sharedDataset({ name, source, derive }: ReferenceInput, home: string): Promise<Dataset> {
  const key = JSON.stringify([home, name, source, derive]);
  const entry = entries.get(key);
  const held = entry?.dataset instanceof WeakRef ? entry.dataset.deref() : entry?.dataset;
  const dataset = Promise.resolve(held ?? openTrainingSet({ name, source, derive }, home));
  clearTimeout(entry?.idle);
  keep(key, dataset);
  return dataset;
}

function keep(key: string, dataset: Promise<Dataset>): void {
  const entry: Entry = { dataset };
  entries.set(key, entry);
  entry.idle = setTimeout(() => {
    dataset.then(
      (opened) => {
        entry.dataset = new WeakRef(opened);
      },
      () => undefined,
    );
  }, idleMs).unref();
  dataset.catch(() => {
    // What failed is tried anew the next time.
    clearTimeout(entry.idle);
    if (entries.get(key) === entry) entries.delete(key);
  });
}

/** To be called when files took the place of others: what is held in memory is no longer what is there. */
export function forgetDatasets(): void {
  for (const { idle } of entries.values()) clearTimeout(idle);
  entries.clear();
}
