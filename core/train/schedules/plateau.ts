import { integer, number } from '../../contract/fields.ts';
import { watch } from '../watch.ts';
import { defineSchedule } from './schedule.ts';

/** Reduces the rate where what `select` looks at has not become better for a while. */
export const plateau = defineSchedule({
  type: 'plateau',
  label: 'Reduce on plateau',
  help: 'The rate is reduced whenever the metric that chooses the best epoch has not improved for a while.',
  followsMetric: true,
  fields: {
    factor: number({
      label: 'Factor',
      help: 'What the rate is multiplied with each time.',
      default: 0.5,
      minimum: 0,
      maximum: 1,
    }),
    patience: integer({
      label: 'Patience',
      help: 'Epochs without improvement before the rate is reduced.',
      unit: 'epochs',
      default: 3,
      minimum: 1,
    }),
    minimumChange: number({
      label: 'Minimum change',
      help: 'What counts as an improvement, in units of the metric.',
      default: 0,
      minimum: 0,
    }),
    least: number({
      label: 'Least share',
      help: 'Of the base rate; the rate is not reduced below it.',
      default: 0.001,
      minimum: 0,
      maximum: 1,
    }),
  },
  share({ factor, patience, minimumChange, least }, { history, direction }) {
    let share = 1;
    let begin = 0;
    // Patience starts anew with every reduction, the best value does not.
    for (let end = 1; end <= history.length; end++) {
      const { best } = watch(history.slice(0, end), direction, minimumChange);
      if (end - Math.max(best ?? 0, begin) < patience) continue;
      share = Math.max(least, share * factor);
      begin = end;
    }
    return share;
  },
});
