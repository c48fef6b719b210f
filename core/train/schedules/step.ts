import { integer, number } from '../../contract/fields.ts';
import { defineSchedule } from './schedule.ts';

export const step = defineSchedule({
  type: 'step',
  label: 'Step',
  help: 'The rate is reduced by a factor at regular intervals.',
  fields: {
    every: integer({
      label: 'Every',
      help: 'Epochs between two reductions of the rate.',
      unit: 'epochs',
      default: 5,
      minimum: 1,
    }),
    factor: number({
      label: 'Factor',
      help: 'What the rate is multiplied with each time.',
      default: 0.5,
      minimum: 0,
      maximum: 1,
    }),
  },
  share: ({ every, factor }, { done }) => factor ** Math.floor(done / every),
});
