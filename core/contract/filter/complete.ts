import { isWord } from './parse.ts';
import { FilterError, operators, readTokens, type Token } from './tokens.ts';

/** What could stand where the caret is: each option takes the place of the characters `from` up to `to`. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly options: readonly string[];
}

export interface CompletionSource {
  /** Keys as one would type them. */
  readonly keys: readonly string[];
  /** Different values that runs have under a key, as texts. */
  valuesOf(key: string): readonly string[];
}

const most = 12;

/** Proposals for the word at the caret: keys where a comparison begins, operators behind a key, values behind those. */
export function complete(text: string, caret: number, source: CompletionSource): Completion {
  const before = tokensBefore(text.slice(0, caret));
  if (before === null) return { from: caret, to: caret, options: [] };
  const last = before.at(-1);
  const typing = last?.kind === 'word' && last.to === caret ? last : undefined;
  const settled = typing ? before.slice(0, -1) : before;
  const from = typing?.from ?? caret;
  const propose = (options: readonly string[]) => ({
    from,
    to: caret,
    options: fitting(options, typing?.text ?? ''),
  });
  const [key, operator] = [settled.at(-2), settled.at(-1)];
  if (operator?.kind === 'operator' && key !== undefined)
    return propose(source.valuesOf(key.text).map(quoteWhereNeeded));
  if (isKey(operator, source)) return typing ? propose(['and', 'or']) : propose(operators);
  if (isValue(settled)) return propose(['and', 'or']);
  return propose(source.keys);
}

/** null inside a quote: there is nothing to propose. */
function tokensBefore(text: string): Token[] | null {
  try {
    return readTokens(text).slice(0, -1);
  } catch (thrown) {
    if (thrown instanceof FilterError) return null;
    throw thrown;
  }
}

function isKey(token: Token | undefined, { keys }: CompletionSource): boolean {
  return token?.kind === 'word' && keys.includes(token.text);
}

/** Whether the last token ends a comparison. */
function isValue(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  return (
    (last?.kind === 'word' || last?.kind === 'quoted') &&
    tokens.at(-2)?.kind === 'operator' &&
    !isWord(last, 'and')
  );
}

/** Those that begin as typed, then those that contain it; nothing where the word is complete. */
function fitting(options: readonly string[], typed: string): string[] {
  const word = typed.toLowerCase();
  const beginning = options.filter((option) => option.toLowerCase().startsWith(word));
  const containing = options.filter(
    (option) => !option.toLowerCase().startsWith(word) && option.toLowerCase().includes(word),
  );
  const all = [...beginning, ...containing].slice(0, most);
  return all.length === 1 && all[0] === typed ? [] : all;
}

function quoteWhereNeeded(value: string): string {
  return /[\s()"=<>!~]/.test(value) || value === '' ? `"${value}"` : value;
}
