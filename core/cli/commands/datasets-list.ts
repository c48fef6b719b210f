import type { DatasetDescriptor } from '../../contract/catalog.ts';
import { describeDatasets } from '../../data/index.ts';
import type { Engine } from '../../engine/api.ts';
import { type OwnData, readOwnData } from '../../engine/own-data.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { byteSize, whole } from '../format.ts';

/** Own data that were moved away since are listed as missing. */
async function describeOwn(engine: Engine): Promise<DatasetDescriptor[]> {
  const { ownData } = await call(engine, 'settings.get', {});
  const described = readOwnData(ownData).map(async (own) => {
    const found = await call(engine, 'datasets.describe', own).catch(() => null);
    return found ?? missing(own);
  });
  return Promise.all(described);
}

function missing({ name, source }: OwnData): DatasetDescriptor {
  const unknown = {
    description: '',
    licence: '',
    homepage: '',
    citation: '',
    classes: [],
    splits: {},
    bytes: 0,
  };
  return {
    name,
    kind: 'images',
    title: name,
    source: source.path,
    shape: null,
    status: 'missing',
    ...unknown,
  };
}

export const datasetsList: Command = {
  usage: 'datasets list',
  summary: 'List the data sets, one’s own too, with size and whether they are here.',
  positionals: [0, 0],
  flags: {},
  async run({ output, home, engine }) {
    const datasets = [...(await describeDatasets(home)), ...(await describeOwn(await engine()))];
    for (const dataset of datasets) output.object(dataset);
    output.table(
      [
        { heading: 'data set', value: ({ name }) => name },
        { heading: 'title', value: ({ title }) => title },
        { heading: 'status', value: ({ status }) => status },
        { heading: 'image', value: ({ shape, imageSize }) => (shape ?? imageSize)?.join(' × ') ?? 'varied' },
        {
          heading: 'classes',
          right: true,
          value: ({ classes }) => (classes.length > 0 ? whole(classes.length) : '–'),
        },
        {
          heading: 'samples',
          value: ({ splits }) =>
            Object.entries(splits)
              .map(([split, count]) => `${split} ${whole(count)}`)
              .join(', '),
        },
        { heading: 'size', right: true, value: ({ bytes }) => (bytes > 0 ? byteSize(bytes) : '–') },
      ],
      datasets,
    );
    return 0;
  },
};
