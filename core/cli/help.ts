import { type Command, commonFlags, type Flag } from './command.ts';
import { formatTable } from './output.ts';
import { commands } from './registry.ts';

/** `convolab --help` */
export function generalHelp(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => ({ name, summary }));
  const table = formatTable(
    [
      { heading: '', value: (row) => `  ${row.name}` },
      { heading: '', value: (row) => row.summary },
    ],
    rows,
  );
  return ['convolab <command> [flags]', ...table, '', 'convolab <command> --help says more.'].join('\n');
}

/** `convolab <command> --help` */
export function commandHelp(command: Command): string {
  const flags = Object.entries({ ...command.flags, ...commonFlags });
  const table = formatTable(
    [
      { heading: '', value: ([name, flag]: [string, Flag]) => `  --${name} ${flag.value ?? ''}` },
      { heading: '', value: ([, flag]: [string, Flag]) => flag.help },
    ],
    flags,
  );
  return [`convolab ${command.usage} [flags]`, command.summary, ...table].join('\n');
}
