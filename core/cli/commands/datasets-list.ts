import { describeDatasets } from '../../data/index.ts';
import type { Command } from '../command.ts';
import { byteSize, whole } from '../format.ts';

export const datasetsList: Command = {
  usage: 'datasets list',
  summary: 'List the data sets, with size and whether they are here.',
  positionals: [0, 0],
  flags: {},
  async run({ output, home }) {
    const datasets = await describeDatasets(home);
    for (const dataset of datasets) output.object(dataset);
    output.table(
      [
        { heading: 'data set', value: ({ name }) => name },
        { heading: 'title', value: ({ title }) => title },
        { heading: 'status', value: ({ status }) => status },
        { heading: 'image', value: ({ shape }) => shape?.join(' × ') ?? 'varied' },
        { heading: 'classes', right: true, value: ({ classes }) => String(classes.length) },
        {
          heading: 'samples',
          value: ({ splits }) =>
            Object.entries(splits)
              .map(([split, count]) => `${split} ${whole(count)}`)
              .join(', '),
        },
        { heading: 'size', right: true, value: ({ bytes }) => byteSize(bytes) },
      ],
      datasets,
    );
    return 0;
  },
};
