import { existsSync } from 'node:fs';
import type { ModelSource } from '../../contract/specs.ts';
import { describeModel } from '../../graph/describe.ts';
import { buildGraph } from '../../graph/graph.ts';
import { resolveModel } from '../../models/index.ts';
import { looksLikeShorthand } from '../../models/shorthand.ts';
import { applySet } from '../../train/experiment.ts';
import type { Command } from '../command.ts';
import { looksLikePath } from '../experiment-source.ts';
import { byteSize, whole } from '../format.ts';

export const modelDescribe: Command = {
  usage: 'model describe <preset, model file or shorthand>',
  summary: 'Show a network’s layers with shapes, parameters and floating-point operations.',
  positionals: [1, 1],
  flags: {
    set: {
      value: '<option=value>',
      multiple: true,
      help: 'An option of the preset or shorthand, e.g. --set activation=relu.',
    },
    batch: { value: '<n>', help: 'Batch size that the memory is told for; 64 by default.' },
  },
  async run({ arguments: given, output }) {
    const source = given.positionals[0] as string;
    const spec = await resolveModel(sourceOf(source, optionsOf(given.list('set'))));
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

/** What the argument names: a file where there is one, a network in the papers' shorthand, or a preset. */
function sourceOf(argument: string, options: Record<string, unknown>): ModelSource {
  if (existsSync(argument) || looksLikePath(argument)) return { file: argument };
  if (looksLikeShorthand(argument)) return { ...options, shorthand: argument };
  return { preset: argument, options };
}

function optionsOf(assignments: readonly string[]): Record<string, unknown> {
  return assignments.reduce<unknown>(applySet, {}) as Record<string, unknown>;
}
