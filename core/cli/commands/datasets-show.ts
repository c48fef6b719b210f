import { findDataset } from '../../data/index.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';

export const datasetsShow: Command = {
  usage: 'datasets show <name>',
  summary: 'Show a data set: source, splits, samples per class, mean and deviation, hash.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, engine: open }) {
    const { name, title, description, licence, source } = findDataset(given.positionals[0] as string);
    const engine = await open();
    const shown = await call(engine, 'datasets.show', { name });
    output.object(shown);
    output.text(`${title}: ${description}`);
    output.text(`${source}; ${licence}`);
    output.text(
      `image ${shown.shape?.join(' × ') ?? 'of varied size'}, mean ${digits(shown.mean)}, deviation ${digits(shown.deviation)}`,
    );
    for (const [split, { count, classes }] of Object.entries(shown.splits)) {
      const counts = Object.entries(classes).map(([label, samples]) => `${label}: ${whole(samples)}`);
      output.text(`${split}: ${whole(count)} samples (${counts.join(', ')})`);
    }
    output.text(`sha256 ${shown.hash}`);
    return 0;
  },
};

function digits(values: readonly number[]): string {
  return values.map((value) => value.toFixed(4)).join(', ');
}
