import type { PresetDescriptor } from '../../contract/catalog.ts';
import { presetDescriptors } from '../../models/index.ts';
import { presetExperiments } from '../../train/preset-experiments.ts';
import type { Command } from '../command.ts';

export const presets: Command = {
  usage: 'presets',
  summary: 'List the experiments and networks that come with Convolab; each can be given to `run`.',
  positionals: [0, 0],
  flags: {},
  async run({ output }) {
    const rows = [
      ...(await presetExperiments()).map((preset) => ({ kind: 'experiment', ...preset })),
      ...presetDescriptors.map((preset) => ({ kind: 'model', ...preset })),
    ];
    for (const row of rows) output.object(summaryOf(row));
    output.table(
      [
        { heading: 'preset', value: ({ name }) => name },
        { heading: 'kind', value: ({ kind }) => kind },
        { heading: 'title', value: ({ title }) => title },
        { heading: 'published', value: ({ published }) => published?.figure ?? '' },
      ],
      rows,
    );
    return 0;
  },
};

function summaryOf({
  kind,
  name,
  title,
  description,
  published,
  options,
}: PresetDescriptor & { kind: string }) {
  return { name, kind, title, description, published: published ?? null, options };
}
