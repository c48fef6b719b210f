import { checkKeys, numberPaths, type Settings } from '../../contract/filter/keys.ts';
import { matches } from '../../contract/filter/match.ts';
import { parseFilter } from '../../contract/filter/parse.ts';
import type { RunSummary } from '../../contract/runs.ts';
import { unpackSettings } from '../../contract/settings.ts';
import type { Engine } from '../../engine/api.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { metricValue, percent } from '../format.ts';
import { resultOf } from '../train.ts';

export const runsList: Command = {
  usage: 'runs list',
  summary: 'List all runs, newest last; `test` is the accuracy of the best checkpoint on the test set.',
  positionals: [0, 0],
  flags: {
    trashed: { help: 'Those in the trash instead.' },
    filter: {
      value: '<expression>',
      help: 'Only the runs that it fits, such as "activation = relu and best > 99%"; see docs/filters.md.',
    },
  },
  async run({ arguments: given, output, engine: open }) {
    const engine = await open();
    const all = await call(engine, 'runs.list', { trashed: given.on('trashed') });
    const runs = await filterRuns(engine, all, given.text('filter') ?? '');
    for (const run of runs) output.object(resultOf(run));
    if (all.length === 0) {
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

/** Throws FilterError where it cannot be read, or names a key that no run has. */
async function filterRuns(engine: Engine, runs: RunSummary[], text: string): Promise<RunSummary[]> {
  const filter = parseFilter(text);
  const ids = runs.map(({ id }) => id);
  const settings = unpackSettings(await call(engine, 'runs.settings', { runs: ids }));
  const none: Settings = {};
  if (runs.length > 0) {
    checkKeys(filter, text, {
      metrics: new Set(runs.flatMap(({ last }) => Object.keys(last))),
      paths: new Set([...settings.values()].flatMap((leaves) => Object.keys(leaves))),
      numbers: numberPaths(settings.values()),
    });
  }
  return runs.filter((run) => matches(filter, run, settings.get(run.id) ?? none));
}
