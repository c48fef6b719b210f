import { defineSchedule, endShare, progress } from './schedule.ts';

/** Half a period from 1 down to `final` (Loshchilov and Hutter, "SGDR", 2017, without restarts). */
export const cosine = defineSchedule({
  type: 'cosine',
  label: 'Cosine',
  help: 'The rate falls along half a cosine over the whole training.',
  fields: { final: endShare('Where the rate ends, as a share of the base rate.', 0) },
  share: ({ final }, course) => final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * progress(course))),
});
