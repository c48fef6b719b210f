import { listDevices } from '../../backends/index.ts';
import type { Device } from '../../contract/methods.ts';
import type { Command } from '../command.ts';
import { byteSize } from '../format.ts';

export const devices: Command = {
  usage: 'devices',
  summary: 'List what can be trained on, and why anything cannot.',
  positionals: [0, 0],
  flags: {},
  async run({ output }) {
    const rows = await listDevices();
    for (const row of rows) output.object(row);
    output.table(
      [
        { heading: 'device', value: ({ id }) => id },
        { heading: 'name', value: ({ name }) => name },
        { heading: 'backend', value: ({ backend }) => backend },
        { heading: 'kind', value: kindOf },
        { heading: 'largest buffer', right: true, value: largestBuffer },
        { heading: 'details', value: detailsOf },
      ],
      rows,
    );
    for (const { id, features } of rows) {
      if (features.length > 0) output.text(`${id} has: ${features.join(', ')}.`);
    }
    for (const { id, reason } of rows) {
      if (reason !== null) output.text(`${id} is not available: ${reason}`);
    }
    return 0;
  },
};

function kindOf({ kind, software, available }: Device): string {
  if (!available) return 'not available';
  if (kind !== 'gpu') return kind;
  return software ? 'software GPU' : 'GPU';
}

function largestBuffer({ limits }: Device): string {
  const bytes = limits.maxBufferSize;
  return bytes === undefined ? '' : byteSize(bytes);
}

function detailsOf({ vendor, details }: Device): string {
  const parts = Object.entries(details).map(([key, value]) => `${key} ${value}`);
  return [...(vendor ? [`vendor ${vendor}`] : []), ...parts].join(', ');
}
