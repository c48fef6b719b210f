import { listDevices } from '../../backends/index.ts';
import type { Command } from '../command.ts';

export const devices: Command = {
  usage: 'devices',
  summary: 'List what can be trained on, and why anything cannot.',
  positionals: [0, 0],
  flags: {},
  async run({ output }) {
    const rows = listDevices();
    for (const row of rows) output.object(row);
    output.table(
      [
        { heading: 'device', value: ({ id }) => id },
        { heading: 'name', value: ({ name }) => name },
        { heading: 'backend', value: ({ backend }) => backend },
        { heading: 'available', value: ({ available, reason }) => (available ? 'yes' : `no: ${reason}`) },
        {
          heading: 'details',
          value: ({ details }) =>
            Object.entries(details)
              .map(([key, value]) => `${key} ${value}`)
              .join(', '),
        },
      ],
      rows,
    );
    return 0;
  },
};
