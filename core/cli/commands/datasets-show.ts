import type { Result } from '../../contract/methods.ts';
import type { DatasetDefinition } from '../../data/dataset.ts';
import { findDataset } from '../../data/index.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';
import { findOwnData } from '../import-own.ts';
import type { Output } from '../output.ts';

export const datasetsShow: Command = {
  usage: 'datasets show <name>',
  summary: 'Show a data set: source, splits, samples per class, mean and deviation, hash.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, engine: open }) {
    const name = given.positionals[0] as string;
    const engine = await open();
    const own = await findOwnData(engine, name);
    const shown = await call(engine, 'datasets.show', own ?? { name });
    output.object(shown);
    const definition = own ? null : findDataset(name);
    if (own) output.text(`${name}: ${own.source.type}, ${own.source.path}`);
    if (definition) describe(output, definition);
    const image = (shown.shape ?? definition?.imageSize)?.join(' × ') ?? 'of varied size';
    const statistics = `mean ${digits(shown.mean)}, deviation ${digits(shown.deviation)}`;
    output.text(shown.mean.length > 0 ? `image ${image}, ${statistics}` : `image ${image}`);
    for (const [split, counted] of Object.entries(shown.splits)) output.text(`${split}: ${tell(counted)}`);
    output.text(`sha256 ${shown.hash}`);
    return 0;
  },
};

type Counted = Result<'datasets.show'>['splits'][string];

/** Classes whose counts are told one by one; all of them are with `--json`. */
const mostClasses = 20;

function tell({ count, classes, objects }: Counted): string {
  const samples = `${whole(count)} samples`;
  if (objects === undefined) return samples + perClass(classes);
  const found = Object.values(objects).reduce((sum, each) => sum + each, 0);
  return `${samples}, ${whole(found)} objects${perClass(objects)}`;
}

function perClass(classes: Readonly<Record<string, number>>): string {
  const counts = Object.values(classes);
  if (counts.length === 0) return '';
  if (counts.length > mostClasses) {
    const extremes = [Math.min(...counts), Math.max(...counts)].map(whole).join(' to ');
    return ` (${whole(counts.length)} classes of ${extremes} each; --json lists them)`;
  }
  return ` (${Object.entries(classes)
    .map(([label, samples]) => `${label}: ${whole(samples)}`)
    .join(', ')})`;
}

function describe(output: Output, { title, description, licence, source }: DatasetDefinition): void {
  output.text(`${title}: ${description}`);
  output.text(`${source}; ${licence}`);
}

function digits(values: readonly number[]): string {
  return values.map((value) => value.toFixed(4)).join(', ');
}
