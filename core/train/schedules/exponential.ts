import { number } from '../../contract/fields.ts';
import { defineSchedule } from './schedule.ts';

export const exponential = defineSchedule({
  type: 'exponential',
  label: 'Exponential',
  help: 'The rate falls by the same share in every epoch, a little at every step.',
  fields: {
    factor: number({
      label: 'Factor',
      help: 'What the rate is multiplied with over an epoch.',
      default: 0.9,
      minimum: 0,
      maximum: 1,
    }),
  },
  share: ({ factor }, { done }) => factor ** done,
});
