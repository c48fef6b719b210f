import type { Result } from '../../contract/methods.ts';
import { byteStatistics } from './byte-statistics.ts';
import type { Gallery, GallerySplit } from './gallery.ts';

/** Counts per split and class, and what the training pixels average to. */
export async function show(gallery: Gallery): Promise<Result<'datasets.show'>> {
  const { name, shape, varied, version, hash, splits, classes } = gallery;
  const train = splits.get('train');
  const statistics = train?.bytes && !varied ? await byteStatistics(train, shape) : [];
  return {
    name,
    shape: varied ? null : [...shape],
    version,
    hash,
    splits: Object.fromEntries(
      await Promise.all(
        [...splits].map(async ([name, split]) => [name, await countsOf(split, classes)] as const),
      ),
    ),
    mean: statistics.map(({ mean }) => mean / 255),
    deviation: statistics.map(({ deviation }) => deviation / 255),
  };
}

async function countsOf({ count, labels, objects }: GallerySplit, classes: readonly string[]) {
  if (labels) return { count, classes: countClasses(labels, classes) };
  if (!objects) return { count, classes: {} };
  return { count, classes: {}, objects: countClasses((await objects.labels()).flat(), classes) };
}

function countClasses(labels: Iterable<number>, classes: readonly string[]): Record<string, number> {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  return Object.fromEntries(classes.map((name, label) => [name, counts[label] as number]));
}
