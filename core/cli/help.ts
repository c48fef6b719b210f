import { type Command, commonFlags, type Flag } from './command.ts';
import { formatTable } from './output.ts';
import { commands } from './registry.ts';

/** `convolab --help`, and `convolab datasets --help` for the commands of a group. */
export function generalHelp(group?: string): string {
  const names = group === undefined ? Object.keys(commands) : commandsOf(group);
  const rows = names.map((name) => ({ name, summary: commands[name]?.summary ?? '' }));
  const table = formatTable(
    [
      { heading: '', value: (row) => `  ${row.name}` },
      { heading: '', value: (row) => row.summary },
    ],
    rows,
  );
  return ['convolab <command> [flags]', ...table, '', 'convolab <command> --help says more.'].join('\n');
}

/** The commands of two words that begin with this one; none where no group is called so. */
export function commandsOf(group: string): readonly string[] {
  return Object.keys(commands).filter((name) => name.startsWith(`${group} `));
}

/** What to print instead of doing anything. */
export interface HelpText {
  readonly text: string;
  /** 2 where nobody asked for help: too little was said. */
  readonly code: 0 | 2;
}

/**
 * Help that is asked for in general: `--help`, `help`, `datasets --help`, `help datasets`, or a call that says too little.
 * @returns `null` where the words are for a command
 */
export function helpAsked(words: readonly string[]): HelpText | null {
  const [group, ...others] = words.filter((word) => !isHelp(word));
  const asked = words.some(isHelp);
  if (others.length > 0 || (group !== undefined && commandsOf(group).length === 0)) return null;
  return { text: generalHelp(group), code: asked ? 0 : 2 };
}

/** `help runs list` is `runs list --help`. */
export function helpLast(words: readonly string[]): readonly string[] {
  return isHelp(words[0]) ? [...words.slice(1), '--help'] : words;
}

function isHelp(word: string | undefined): boolean {
  return word === 'help' || word === '--help' || word === '-h';
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
