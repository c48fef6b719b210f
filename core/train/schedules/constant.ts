import { defineSchedule } from './schedule.ts';

export const constant = defineSchedule({
  type: 'constant',
  label: 'Constant',
  help: 'The base rate throughout.',
  fields: {},
  share: () => 1,
});
