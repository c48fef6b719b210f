import { existsSync } from 'node:fs';
import { describeModel } from '../../graph/describe.ts';
import { buildGraph } from '../../graph/graph.ts';
import { parseModel } from '../../graph/parse.ts';
import { resolveModel } from '../../models/index.ts';
import { applySet } from '../../train/experiment.ts';
import { readSpecFile } from '../../train/source.ts';
import type { Command } from '../command.ts';
import { looksLikePath } from '../experiment-source.ts';
import { byteSize, whole } from '../format.ts';

export const modelDescribe: Command = {
  usage: 'model describe <preset or model file>',
  summary: 'Show a network’s layers with shapes, parameters and floating-point operations.',
  positionals: [1, 1],
  flags: {
    set: {
      value: '<option=value>',
      multiple: true,
      help: 'An option of the preset, e.g. --set activation=relu.',
    },
    batch: { value: '<n>', help: 'Batch size that the memory is told for; 64 by default.' },
  },
  async run({ arguments: given, output }) {
    const source = given.positionals[0] as string;
    const spec =
      existsSync(source) || looksLikePath(source)
        ? parseModel(await readSpecFile(source))
        : await resolveModel({ preset: source, options: optionsOf(given.list('set')) });
    const batch = given.count('batch') ?? 64;
    const description = describeModel(buildGraph(spec), batch);
    output.object(description);
    output.text(`${description.name}: input [${description.input.join(', ')}]`);
    output.table(
      [
        { heading: 'layer', value: ({ id }) => id },
        { heading: 'type', value: ({ type }) => type },
        { heading: 'from', value: ({ from }) => from.join(', ') },
        { heading: 'shape', value: ({ shape }) => shape.join(' × ') },
        { heading: 'activation', value: ({ activation }) => activation ?? '' },
        { heading: 'parameters', right: true, value: ({ parameters }) => whole(parameters) },
        { heading: 'FLOPs', right: true, value: ({ flops }) => whole(flops) },
      ],
      description.layers,
    );
    const { parameters, flops, memoryBytes } = description;
    output.text(
      `${whole(parameters)} parameters, ${whole(flops)} floating-point operations forward, ` +
        `${byteSize(memoryBytes)} for a training step of ${batch} images`,
    );
    return 0;
  },
};

function optionsOf(assignments: readonly string[]): Record<string, unknown> {
  return assignments.reduce<unknown>(applySet, {}) as Record<string, unknown>;
}
