import { resolve } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { writeFileAtomic } from '../../export/atomic-file.ts';
import { call } from '../call.ts';
import { checkpointFlag, chosenCheckpoint } from '../checkpoint.ts';
import type { Command } from '../command.ts';
import { byteSize } from '../format.ts';

const formats = ['safetensors', 'csv'] as const;
type Format = (typeof formats)[number];

export const runsExport: Command = {
  usage: 'runs export <run> --format safetensors|csv --out <file>',
  summary: 'Export a run’s weights (safetensors, with classes, input and normalisation) or curves (CSV).',
  positionals: [1, 1],
  flags: {
    format: { value: '<format>', help: 'safetensors or csv.' },
    out: { value: '<file>', help: 'File to write; one that is there is replaced.' },
    checkpoint: checkpointFlag,
  },
  async run({ arguments: given, output, engine: open }) {
    const format = readFormat(given.required('format'));
    const out = resolve(given.required('out'));
    const checkpoint = chosenCheckpoint(given.text('checkpoint'));
    const engine = await open();
    const run = given.positionals[0] as string;
    const { data } = await call(engine, 'runs.export', { run, format, checkpoint });
    const bytes = Buffer.from(data, 'base64');
    await writeFileAtomic(out, [bytes]);
    output.object({ run, format, checkpoint, file: out, bytes: bytes.length });
    output.text(`Wrote ${out} (${byteSize(bytes.length)}).`);
    return 0;
  },
};

function readFormat(text: string): Format {
  const format = formats.find((known) => known === text);
  if (format) return format;
  throw new ConvolabError('argument.invalid', `There is no export format "${text}".`, {
    subject: '--format',
    hint: `Choose one of ${formats.join(', ')}.`,
  });
}
