import { ConvolabError } from '../../contract/errors.ts';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { comparisonTable, completeComparison } from '../comparison.ts';

export const runsCompare: Command = {
  usage: 'runs compare <run>...',
  summary: 'Compare runs in groups: best and test accuracy, and how soon a target was reached.',
  positionals: [1, Number.POSITIVE_INFINITY],
  flags: {
    'group-by': {
      value: '<path>',
      multiple: true,
      help: 'Configuration path to group by; by default what differs besides the seed.',
    },
    target: { value: '<metric=value>', help: 'What counts as reached, e.g. test/accuracy=0.98.' },
  },
  async run({ arguments: given, output, engine: open }) {
    const groupBy = given.list('group-by');
    const target = given.text('target');
    const engine = await open();
    const compared = await call(engine, 'runs.compare', {
      runs: [...given.positionals],
      ...(groupBy.length > 0 && { groupBy }),
      ...(target !== undefined && { target: readTarget(target) }),
    });
    const comparison = await completeComparison(engine, compared);
    output.object(comparison);
    for (const { path, values } of comparison.differences) {
      output.text(`${path}: ${values.map((value) => JSON.stringify(value)).join(', ')}`);
    }
    output.text(comparisonTable(comparison));
    return 0;
  },
};

function readTarget(text: string): { metric: string; value: number } {
  const [, metric, number] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const value = Number(number);
  if (metric !== undefined && Number.isFinite(value)) return { metric, value };
  throw new ConvolabError('argument.invalid', `--target takes metric=value, not "${text}".`, {
    subject: '--target',
    hint: 'For example --target test/accuracy=0.98.',
  });
}
