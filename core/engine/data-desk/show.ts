import type { Result } from '../../contract/methods.ts';
import { byteStatistics } from './byte-statistics.ts';
import type { Gallery } from './gallery.ts';

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
      [...splits].map(([split, { count, labels }]) => [
        split,
        { count, classes: labels ? countClasses(labels, classes) : {} },
      ]),
    ),
    mean: statistics.map(({ mean }) => mean / 255),
    deviation: statistics.map(({ deviation }) => deviation / 255),
  };
}

function countClasses(labels: Int32Array, classes: readonly string[]): Record<string, number> {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  return Object.fromEntries(classes.map((name, label) => [name, counts[label] as number]));
}
