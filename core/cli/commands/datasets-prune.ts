import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { byteSize } from '../format.ts';

const dayMs = 24 * 3600 * 1000;

export const datasetsPrune: Command = {
  usage: 'datasets prune [<key>...]',
  summary:
    'Remove derived sets: those named by the keys of `datasets derived`, else all that no run under way or waiting needs. ' +
    'What is needed again is made again.',
  positionals: [0, Number.POSITIVE_INFINITY],
  flags: { unused: { value: '<days>', help: 'Only those that were not used for so many days.' } },
  async run({ arguments: given, output, engine: open }) {
    const engine = await open();
    const sets = await call(engine, 'datasets.derived', {});
    const before = Date.now() - dayMs * (given.count('unused') ?? 0);
    const unused = sets.filter(
      ({ lastUsed, usedBy }) => usedBy.length === 0 && Date.parse(lastUsed) <= before,
    );
    const keys = given.positionals.length > 0 ? [...given.positionals] : unused.map(({ key }) => key);
    const { bytes } = await call(engine, 'datasets.removeDerived', { keys });
    output.object({ removed: keys, bytes });
    output.text(
      `Removed ${keys.length === 1 ? 'one derived set' : `${keys.length} derived sets`}, ${byteSize(bytes)}.`,
    );
    return 0;
  },
};
