import { z } from 'zod';
import { relabel } from '../samples.ts';
import { defineDerivation, mapSplits } from '../step.ts';

const schema = z.strictObject({ type: z.literal('unlabelled') });

/** Images alone, for networks that learn without labels: a set's own unlabelled images where it has some. */
export const unlabelled = defineDerivation<z.output<typeof schema>>({
  type: 'unlabelled',
  label: 'Without labels',
  help: 'Trains on the set’s unlabelled images where it has some (STL-10), else on its training images without their labels.',
  schema,
  dropsLabels: true,
  apply(_step, set) {
    const { train, unlabelled: images = train, ...others } = set.splits;
    const splits = images === undefined ? others : { train: images, ...others };
    return mapSplits({ ...set, splits }, (samples) => relabel(samples, null), []);
  },
});
