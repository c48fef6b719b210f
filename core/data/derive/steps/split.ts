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
  const share = test < 1 ? test : test / whole.count;
  const groups = whole.labels ? placesByClass(whole.labels, set.classes.length) : [[...upTo(whole.count)]];
  const drawn = groups.flatMap((members, label) => {
    const random = new RandomSequence(seed, 'derive', label);
    const order = random.shuffle(Uint32Array.from(members));
    return [...order.subarray(0, Math.round(share * members.length))];
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
