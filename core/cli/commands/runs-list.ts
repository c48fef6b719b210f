import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { metricValue, percent } from '../format.ts';
import { resultOf } from '../train.ts';

export const runsList: Command = {
  usage: 'runs list',
  summary: 'List all runs, newest last; `test` is the accuracy of the best checkpoint on the test set.',
  positionals: [0, 0],
  flags: { trashed: { help: 'Those in the trash instead.' } },
  async run({ arguments: given, output, engine: open }) {
    const engine = await open();
    const runs = await call(engine, 'runs.list', { trashed: given.on('trashed') });
    for (const run of runs) output.object(resultOf(run));
    if (runs.length === 0) {
      output.text('No runs yet. Start with: npx convolab run sigmoid-vs-relu-mnist');
      return 0;
    }
    output.table(
      [
        { heading: 'run', value: ({ id }) => id },
        { heading: 'experiment', value: ({ experimentName }) => experimentName },
        { heading: 'name', value: ({ name }) => name },
        { heading: 'status', value: ({ status }) => status },
        { heading: 'epoch', right: true, value: ({ epoch, epochs }) => `${Math.floor(epoch)}/${epochs}` },
        { heading: 'best', right: true, value: ({ best, bestMetric }) => metricValue(bestMetric, best) },
        {
          heading: 'chosen by',
          value: ({ bestMetric, selectedOnTest }) => `${bestMetric}${selectedOnTest ? ' (!)' : ''}`,
        },
        { heading: 'at epoch', right: true, value: ({ bestEpoch }) => String(bestEpoch ?? '–') },
        { heading: 'test', right: true, value: ({ test }) => percent(test) },
      ],
      runs,
    );
    return 0;
  },
};
