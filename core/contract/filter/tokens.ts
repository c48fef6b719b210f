import { ConvolabError } from '../errors.ts';

/** A filter that cannot be read, with the place of the fault: characters `from` up to `to` of the text. */
export class FilterError extends ConvolabError {
  readonly from: number;
  readonly to: number;

  constructor(message: string, text: string, from: number, to: number, hint: string = grammarHint) {
    super('filter.invalid', message, {
      subject: text,
      hint,
      issues: [{ path: `character ${from + 1}`, message }],
    });
    this.from = from;
    this.to = to;
  }
}

export const grammarHint = 'Such as: activation = relu and best > 99%';

export const operators = ['=', '!=', '<', '<=', '>', '>=', '~', '!~'] as const;
export type Operator = (typeof operators)[number];

/** A piece of a filter; `from` and `to` are its place in the text. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | 'open' | 'close' | 'end';
  /** Without the quotes of a quoted word. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const space = /\s/;
/** What ends a word. */
const special = /[\s()"=<>!~]/;

/**
 * Cuts a filter into tokens, `end` the last.
 * @throws FilterError where a quote is not closed, or `!` stands alone
 */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (space.test(text.charAt(at))) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: 'end', text: '', from: text.length, to: text.length }];
}

function readToken(text: string, from: number): Token {
  const first = text.charAt(from);
  if (first === '(') return { kind: 'open', text: first, from, to: from + 1 };
  if (first === ')') return { kind: 'close', text: first, from, to: from + 1 };
  if (first === '"') return readQuoted(text, from);
  const operator = readOperator(text, from);
  if (operator !== undefined) return { kind: 'operator', text: operator, from, to: from + operator.length };
  if (first === '!') {
    throw new FilterError(
      '"!" stands before "=" or "~" only; "not" says the opposite.',
      text,
      from,
      from + 1,
    );
  }
  let to = from;
  while (to < text.length && !special.test(text.charAt(to))) to++;
  return { kind: 'word', text: text.slice(from, to), from, to };
}

/** The longest operator that begins there. */
function readOperator(text: string, from: number): Operator | undefined {
  const fitting = operators.filter((operator) => text.startsWith(operator, from));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

function readQuoted(text: string, from: number): Token {
  const end = text.indexOf('"', from + 1);
  if (end < 0) throw new FilterError('The quote is not closed.', text, from, text.length);
  return { kind: 'quoted', text: text.slice(from + 1, end), from, to: end + 1 };
}
