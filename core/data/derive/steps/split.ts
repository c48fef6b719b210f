import { z } from 'zod';
import { number } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import { seedField } from '../fields.ts';
import { join, type SampleSet, type Samples, select, upTo } from '../samples.ts';
import { defineDerivation, placesByClass, type Refuse } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('split'),
  test: number({
    label: 'Test share',
    help: 'Part of every class that becomes the test set: a share below 1, or a number of samples in all.',
    default: 0.2,
    minimum: 0,
  }),
  seed: seedField('which samples are tested on'),
});

/** Splits of a set that are put together; LFW and Caltech-101 come as one, called `all`. */
const joined = ['all', 'train', 'validation', 'test'];

/** All samples put together and parted anew, class by class, so that both parts have the same proportions. */
export const split = defineDerivation<z.output<typeof schema>>({
  type: 'split',
  label: 'New split',
  help: 'Puts all samples together and draws a test set from them, the same share of every class.',
  schema,
  apply({ test, seed }, set, refuse) {
    const parts = joined.flatMap((name) => set.splits[name] ?? []);
    if (parts.length === 0) throw refuse('', 'there are no samples to split');
    const others = Object.entries(set.splits).filter(([name]) => !joined.includes(name));
    const rest = { ...set, splits: Object.fromEntries(others) };
    return splitWhole(rest, parts.reduce(join), { test, seed }, refuse);
  },
});

/** Draws a test set from samples that have none. */
export function splitWhole(
  set: SampleSet,
  whole: Samples,
  { test, seed }: { readonly test: number; readonly seed: number },
  refuse: Refuse,
): SampleSet {
  if (test >= 1 && !Number.isInteger(test)) {
    throw refuse('test', `must be a share below 1 or a whole number of samples, not ${test}`);
  }
  const wanted = Math.round(test < 1 ? test * whole.count : test);
  const groups = whole.labels ? placesByClass(whole.labels, set.classes.length) : [[...upTo(whole.count)]];
  const counts = shareOut(
    wanted,
    groups.map(({ length }) => length),
  );
  const drawn = groups.flatMap((members, label) => {
    const random = new RandomSequence(seed, 'derive', label);
    return [...random.shuffle(Uint32Array.from(members)).subarray(0, counts[label])];
  });
  const tested = new Set(drawn);
  if (tested.size === 0 || tested.size >= whole.count) {
    throw refuse('test', `must leave samples to train on and to test on, of the ${whole.count} there are`);
  }
  const places = upTo(whole.count);
  return {
    ...set,
    splits: {
      ...set.splits,
      train: select(
        whole,
        places.filter((place) => !tested.has(place)),
      ),
      test: select(
        whole,
        places.filter((place) => tested.has(place)),
      ),
    },
  };
}

/** So many of the whole, the same share of every group: rounded down, and the rest to those that lost most by it. */
function shareOut(wanted: number, sizes: readonly number[]): number[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => (wanted * size) / whole);
  const counts = shares.map(Math.floor);
  const lost = (group: number) => (shares[group] as number) - (counts[group] as number);
  const rest = wanted - counts.reduce((sum, count) => sum + count, 0);
  const neediest = [...counts.keys()].sort((a, b) => lost(b) - lost(a) || a - b);
  for (const group of neediest.slice(0, rest)) counts[group] = (counts[group] as number) + 1;
  return counts;
}
