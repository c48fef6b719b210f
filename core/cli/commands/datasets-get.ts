import { findDataset } from '../../data/index.ts';
import { missingSet } from '../../data/stored/folder.ts';
import type { Command } from '../command.ts';

export const datasetsGet: Command = {
  usage: 'datasets get <name>',
  summary: 'Fetch a data set. MNIST comes with Convolab, so there is nothing to fetch.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, home }) {
    const dataset = findDataset(given.positionals[0] as string);
    const state = await dataset.inspect(home);
    if (state.status !== 'ready') throw missingSet(dataset, home);
    output.object({ name: dataset.name, status: state.status, embedded: true });
    output.text(`${dataset.title} comes with Convolab and is ready.`);
    return 0;
  },
};
