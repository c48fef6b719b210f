import { call } from '../call.ts';
import type { Command } from '../command.ts';

export const runsDelete: Command = {
  usage: 'runs delete <run>...',
  summary:
    'Delete runs for good, their curves and checkpoints included. One that waits or trains is refused.',
  positionals: [1, Number.POSITIVE_INFINITY],
  flags: {},
  async run({ arguments: given, output, engine: open }) {
    const engine = await open();
    const runs = [...given.positionals];
    await call(engine, 'runs.delete', { runs });
    output.object({ deleted: runs });
    output.text(`Deleted ${runs.join(', ')}.`);
    return 0;
  },
};
