import { parseArgs } from 'node:util';
import { ConvolabError } from '../contract/errors.ts';
import { suggestion } from '../contract/nearest.ts';
import { type Command, commonFlags, type Flag } from './command.ts';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The words behind a command, checked against its usage. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: Values;

  constructor(positionals: readonly string[], values: Values) {
    this.positionals = positionals;
    this.#values = values;
  }

  /** A flag that stands alone. */
  on(flag: string): boolean {
    return this.#values[flag] === true;
  }

  text(flag: string): string | undefined {
    const value = this.#values[flag];
    return typeof value === 'string' ? value : undefined;
  }

  /** Throws `argument.invalid` where it is missing. */
  required(flag: string): string {
    const value = this.text(flag);
    if (value !== undefined) return value;
    throw invalid(`--${flag} is missing.`, `--${flag}`, 'See --help.');
  }

  /** Every value of a flag that may be given again and again. */
  list(flag: string): string[] {
    const value = this.#values[flag];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A positive whole number. Throws `argument.invalid`. */
  count(flag: string): number | undefined {
    const value = this.text(flag);
    return value === undefined ? undefined : this.#count(flag, value);
  }

  /** Positive whole numbers with commas between them. Throws `argument.invalid`. */
  counts(flag: string): number[] | undefined {
    return this.text(flag)
      ?.split(',')
      .map((value) => this.#count(flag, value));
  }

  #count(flag: string, value: string): number {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= 1 && Number.isSafeInteger(number)) return number;
    throw invalid(`--${flag} takes a whole number from 1, not "${value}".`, `--${flag}`, 'See --help.');
  }
}

/**
 * Reads what follows a command.
 * @throws `argument.invalid` naming the flag, with the nearest known one
 */
export function readArguments(words: readonly string[], command: Command): Arguments {
  const flags = { ...command.flags, ...commonFlags };
  const { tokens, values, positionals } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, optionOf(flag)])),
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    // `--epochs --json`: the next flag is nobody's value.
    const swallowed = token.inlineValue === false && token.value?.startsWith('--');
    checkFlag(token.name, token.rawName, swallowed ? undefined : token.value, flags);
  }
  const [minimum, maximum] = command.positionals;
  if (values.help !== true && (positionals.length < minimum || positionals.length > maximum)) {
    const what =
      positionals.length < minimum ? 'Something is missing' : `"${positionals[maximum]}" is too much`;
    throw invalid(`${what}: convolab ${command.usage}`, positionals[maximum], 'See --help.');
  }
  return new Arguments(positionals, values);
}

function optionOf(flag: Flag) {
  return { type: flag.value === undefined ? 'boolean' : 'string', multiple: flag.multiple ?? false } as const;
}

function checkFlag(
  name: string,
  raw: string,
  value: string | undefined,
  flags: Readonly<Record<string, Flag>>,
): void {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) {
    const known = Object.keys(flags).map((other) => `--${other}`);
    const hint = `Known are ${known.join(', ')}.`;
    throw invalid(`There is no flag ${raw}${suggestion(raw, known)}.`, raw, hint);
  }
  if (flag.value !== undefined && value === undefined) {
    throw invalid(`${raw} needs a value: ${raw} ${flag.value}.`, raw, flag.help);
  }
  if (flag.value === undefined && value !== undefined) {
    throw invalid(`${raw} takes no value.`, raw, flag.help);
  }
}

function invalid(message: string, subject: string | undefined, hint: string): ConvolabError {
  return new ConvolabError('argument.invalid', message, { subject, hint });
}
