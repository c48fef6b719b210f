import { number } from '../../contract/fields.ts';
import { defineSchedule, endShare, progress } from './schedule.ts';

export const polynomial = defineSchedule({
  type: 'polynomial',
  label: 'Polynomial',
  help: 'The rate falls to its end as a power of the time that is left; a straight line with the power 1.',
  fields: {
    power: number({
      label: 'Power',
      help: 'Of the share of the training that is left.',
      default: 1,
      minimum: 0.1,
    }),
    final: endShare('Where the rate ends, as a share of the base rate.', 0),
  },
  share: ({ power, final }, course) => final + (1 - final) * (1 - progress(course)) ** power,
});
