import { z } from 'zod';
import { defineStep } from './step.ts';

/** Mean 0 and standard deviation 1 in every channel, over the training samples. A constant channel is only centred. */
export const standardize = defineStep({
  type: 'standardize',
  label: 'Standardize',
  help: 'Subtracts the training set’s mean and divides by its standard deviation, channel by channel.',
  schema: z.strictObject({ type: z.literal('standardize') }),
  fields: [],
  apply(_step, before, channel, context) {
    const stored = context.statistics()[channel] as { mean: number; deviation: number };
    const mean = stored.mean * before.scale + before.shift;
    const deviation = stored.deviation * Math.abs(before.scale) || 1;
    return { scale: before.scale / deviation, shift: (before.shift - mean) / deviation };
  },
});
