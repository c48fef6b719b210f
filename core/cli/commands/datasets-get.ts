import { acquire } from '../../data/acquire/acquire.ts';
import { acquisitionPlan } from '../../data/acquire/plan.ts';
import { findDataset } from '../../data/index.ts';
import { datasetFolder, missingSet } from '../../data/stored/folder.ts';
import { tellReady, watchAcquisition } from '../acquisition.ts';
import type { Command } from '../command.ts';
import { byteSize } from '../format.ts';

export const datasetsGet: Command = {
  usage: 'datasets get <name>',
  summary: 'Fetch a data set. Ctrl-C stops and keeps what has arrived; the same command goes on with it.',
  positionals: [1, 1],
  flags: { again: { help: 'Fetch it although it is here, such as after a change to its files.' } },
  async run({ arguments: given, output, home }) {
    const wanted = findDataset(given.positionals[0] as string);
    const dataset = wanted.madeFrom === undefined ? wanted : findDataset(wanted.madeFrom.name);
    const { name, title, sources } = dataset;
    const state = await dataset.inspect(home);
    if (sources.length === 0) {
      if (state.status !== 'ready') throw missingSet(dataset, home);
      output.object({ name, status: state.status, embedded: true });
      output.text(`${title} comes with Convolab and is ready.`);
      return 0;
    }
    if (state.status === 'ready' && !given.on('again')) {
      output.object({ name, status: state.status, splits: state.splits });
      output.text(`${title} is here and ready; --again fetches it once more.`);
      return 0;
    }
    const plan = await acquisitionPlan(dataset, home);
    output.object({ event: 'plan', name, ...plan });
    if (plan.bytesToFetch > 0) {
      output.text(
        `${title}: ${plan.resumable ? 'still ' : ''}${byteSize(plan.bytesToFetch)} to fetch; ` +
          `${byteSize(plan.bytesNeeded)} of disk${plan.bytesFree === null ? '' : ` (${byteSize(plan.bytesFree)} free)`}`,
      );
    }
    const report = await watchAcquisition(output, (watching) => acquire(dataset, home, watching));
    tellReady(output, title, datasetFolder(home, name), report);
    return 0;
  },
};
