import type { Verification } from '../../contract/datasets.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { VerificationReport } from '../../data/dataset.ts';
import { findDataset } from '../../data/index.ts';
import { missingSet } from '../../data/stored/folder.ts';
import type { Engine } from '../../engine/api.ts';
import type { OwnData } from '../../engine/own-data.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';
import { findOwnData } from '../import-own.ts';

/** Damaged files that are listed; all of them are with `--json`. */
const mostListed = 20;

export const datasetsVerify: Command = {
  usage: 'datasets verify <name>',
  summary: 'Read a data set whole, check every file, and compare its content with what was published.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, home, engine: open }) {
    const name = given.positionals[0] as string;
    const engine = await open();
    const own = await findOwnData(engine, name);
    const { title, report, hint } = own ? await verifyOwn(engine, own) : await verifyKnown(name, home);
    const { status, hash, version, published, splits, faults } = report;
    output.object(report);
    if (status === 'missing') throw missingSet(findDataset(name), home, faults[0]?.reason);
    for (const { file, reason } of faults.slice(0, mostListed)) output.text(`${file}: ${reason}`);
    if (faults.length > mostListed) output.text(`and ${whole(faults.length - mostListed)} more`);
    if (status === 'damaged') {
      const files = faults.length === 1 ? 'one file' : `${whole(faults.length)} files`;
      throw new ConvolabError('dataset.damaged', `${title} is damaged: ${files} cannot be trusted.`, {
        subject: name,
        hint,
      });
    }
    const samples = Object.entries(splits).map(([split, count]) => `${split} ${whole(count)}`);
    output.text(`${title} is sound: ${samples.join(', ')}; sha256 ${hash}`);
    if (!own) output.text(origin(published, version));
    return 0;
  },
};

/** What was read, and what to do where it is damaged. */
interface Verified {
  readonly title: string;
  readonly report: VerificationReport | Verification;
  readonly hint: string;
}

async function verifyKnown(name: string, home: string): Promise<Verified> {
  const definition = findDataset(name);
  const hint = `Fetch it again with \`convolab datasets get ${name}\`.`;
  return { title: definition.title, report: await definition.verify(home), hint };
}

async function verifyOwn(engine: Engine, own: OwnData): Promise<Verified> {
  const report = await call(engine, 'datasets.verify', own);
  return { title: own.name, report, hint: 'Put these files right, or remove them, and verify again.' };
}

function origin(published: boolean | null, version: string | null): string {
  if (published === null)
    return 'Whether it is what was published is not known: nobody recorded where it came from.';
  return published ? `It is ${version}.` : 'It is not what was published: a copy of one’s own.';
}
