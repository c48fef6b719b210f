import type { DatasetFault, ImageShape } from '../dataset.ts';
import type { Extent } from '../derive/resample.ts';
import type { VariedSamples } from '../derive/samples.ts';
import { placesByClass } from '../derive/step.ts';
import { faultOf } from '../faults.ts';
import { openSource, type SourceSpec } from './index.ts';

/** What can be told of data of one's own without decoding it. */
export interface SourceLook {
  readonly title: string;
  readonly classes: readonly string[];
  /** Of one sample; `null` where images are of varied size. */
  readonly shape: ImageShape | null;
  /** Samples of each class, in the order of the classes; a test split that is drawn is among them. */
  readonly splits: Readonly<Record<string, readonly number[]>>;
  /** Smallest and largest height and width; `null` where all are alike. */
  readonly sizes: { readonly smallest: Extent; readonly largest: Extent } | null;
  /** Files that are no images, or broken from the start. */
  readonly faults: readonly DatasetFault[];
}

/** Images measured at a time. */
const batch = 16;

/**
 * Looks at a folder or file before it is trained on: classes, counts, sizes, and what is wrong at first sight.
 * @throws `dataset.*`, `file.unreadable`, `spec.invalid`; the signal's reason
 */
export async function lookAtSource(
  spec: SourceSpec,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SourceLook> {
  const { title, set, close } = await openSource('', spec);
  await close();
  const splits = Object.entries(set.splits);
  const counts = splits.map(([name, { labels, count }]) => {
    const counted = labels ? placesByClass(labels, set.classes.length).map(({ length }) => length) : [count];
    return [name, counted] as const;
  });
  const shape = splits[0]?.[1].shape ?? null;
  const varied = splits.flatMap(([, samples]) => (samples.shape === null ? samples : []));
  const measured = await measureAll(varied, signal);
  return { title, classes: set.classes, shape, splits: Object.fromEntries(counts), ...measured };
}

async function measureAll(
  splits: readonly VariedSamples[],
  signal: AbortSignal | undefined,
): Promise<Pick<SourceLook, 'sizes' | 'faults'>> {
  const found: Extent[] = [];
  const faults: DatasetFault[] = [];
  for (const split of splits) {
    for (let first = 0; first < split.count; first += batch) {
      signal?.throwIfAborted();
      const places = Array.from({ length: Math.min(batch, split.count - first) }, (_, i) => first + i);
      const sizes = await Promise.all(places.map((place) => split.measure(place).catch(faultOf)));
      for (const size of sizes) {
        if ('reason' in size) faults.push(size);
        else found.push(size);
      }
    }
  }
  if (found.length === 0) return { sizes: null, faults };
  const bound = (choose: (a: number, b: number) => number): Extent =>
    found.reduce((a, b) => ({ height: choose(a.height, b.height), width: choose(a.width, b.width) }));
  return { sizes: { smallest: bound(Math.min), largest: bound(Math.max) }, faults };
}
