import { findDataset } from '../../data/index.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';

export const datasetsVerify: Command = {
  usage: 'datasets verify <name>',
  summary: 'Read a data set whole, check every file, and compare its content with what was published.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, home }) {
    const definition = findDataset(given.positionals[0] as string);
    const { name, title, hash, splits } = await definition.open(home);
    const published = definition.publishedHash === undefined ? null : hash === definition.publishedHash;
    const counts = Object.fromEntries(
      Object.entries(splits).map(([split, { labels }]) => [split, labels.length]),
    );
    output.object({ name, hash, published, splits: counts });
    const samples = Object.entries(counts).map(([split, count]) => `${split} ${whole(count)}`);
    output.text(`${title} is sound: ${samples.join(', ')}; sha256 ${hash}`);
    if (published !== null)
      output.text(
        published ? 'It is what was published.' : 'It is not what was published: a copy of one’s own.',
      );
    return 0;
  },
};
