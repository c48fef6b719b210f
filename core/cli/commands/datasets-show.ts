import type { DatasetDefinition } from '../../data/dataset.ts';
import { findDataset } from '../../data/index.ts';
import { readOwnData } from '../../engine/own-data.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';
import type { Output } from '../output.ts';

export const datasetsShow: Command = {
  usage: 'datasets show <name>',
  summary: 'Show a data set: source, splits, samples per class, mean and deviation, hash.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, engine: open }) {
    const name = given.positionals[0] as string;
    const engine = await open();
    const own = readOwnData((await call(engine, 'settings.get', {})).ownData).find(
      (each) => each.name === name,
    );
    const shown = await call(engine, 'datasets.show', own ?? { name });
    output.object(shown);
    if (own) output.text(`${name}: ${own.source.type}, ${own.source.path}`);
    else describe(output, findDataset(name));
    const image = shown.shape?.join(' × ') ?? 'of varied size';
    const statistics = `mean ${digits(shown.mean)}, deviation ${digits(shown.deviation)}`;
    output.text(shown.mean.length > 0 ? `image ${image}, ${statistics}` : `image ${image}`);
    for (const [split, { count, classes }] of Object.entries(shown.splits)) {
      const counts = Object.entries(classes).map(([label, samples]) => `${label}: ${whole(samples)}`);
      const perClass = counts.length > 0 ? ` (${counts.join(', ')})` : '';
      output.text(`${split}: ${whole(count)} samples${perClass}`);
    }
    output.text(`sha256 ${shown.hash}`);
    return 0;
  },
};

function describe(output: Output, { title, description, licence, source }: DatasetDefinition): void {
  output.text(`${title}: ${description}`);
  output.text(`${source}; ${licence}`);
}

function digits(values: readonly number[]): string {
  return values.map((value) => value.toFixed(4)).join(', ');
}
