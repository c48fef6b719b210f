import { ConvolabError } from '../../contract/errors.ts';
import { findDataset } from '../../data/index.ts';
import { missingSet } from '../../data/stored/folder.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';

/** Damaged files that are listed; all of them are with `--json`. */
const mostListed = 20;

export const datasetsVerify: Command = {
  usage: 'datasets verify <name>',
  summary: 'Read a data set whole, check every file, and compare its content with what was published.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, home }) {
    const definition = findDataset(given.positionals[0] as string);
    const report = await definition.verify(home);
    const { status, hash, version, published, splits, faults } = report;
    output.object(report);
    if (status === 'missing') throw missingSet(definition, home, faults[0]?.reason);
    for (const { file, reason } of faults.slice(0, mostListed)) output.text(`${file}: ${reason}`);
    if (faults.length > mostListed) output.text(`and ${whole(faults.length - mostListed)} more`);
    if (status === 'damaged') {
      throw new ConvolabError(
        'dataset.damaged',
        `${definition.title} is damaged: ${faults.length === 1 ? 'one file' : `${whole(faults.length)} files`} cannot be trusted.`,
        {
          subject: definition.name,
          hint: `Fetch it again with \`convolab datasets get ${definition.name}\`.`,
        },
      );
    }
    const samples = Object.entries(splits).map(([split, count]) => `${split} ${whole(count)}`);
    output.text(`${definition.title} is sound: ${samples.join(', ')}; sha256 ${hash}`);
    output.text(
      published === false ? 'It is not what was published: a copy of one’s own.' : `It is ${version}.`,
    );
    return 0;
  },
};
