import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { byteSize } from '../format.ts';

export const datasetsDerived: Command = {
  usage: 'datasets derived',
  summary:
    'List the derived sets that are kept on disk, with size, last use, and the runs under way or waiting that need them.',
  positionals: [0, 0],
  flags: {},
  async run({ output, engine }) {
    const sets = await call(await engine(), 'datasets.derived', {});
    for (const set of sets) output.object(set);
    if (sets.length === 0) output.text('No derived set is kept.');
    else {
      output.table(
        [
          { heading: 'key', value: ({ key }) => key },
          { heading: 'from', value: ({ from }) => from ?? 'unreadable' },
          { heading: 'steps', value: ({ steps }) => steps.map(({ type }) => type).join(', ') },
          { heading: 'size', right: true, value: ({ bytes }) => byteSize(bytes) },
          { heading: 'last used', value: ({ lastUsed }) => lastUsed.slice(0, 10) },
          { heading: 'needed by', value: ({ usedBy }) => usedBy.join(', ') },
        ],
        sets,
      );
    }
    return 0;
  },
};
