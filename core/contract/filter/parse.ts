import { FilterError, type Operator, readTokens, type Token } from './tokens.ts';

/**
 * The language in which runs are picked, in the window and on the command line:
 *
 *     filter     = and { "or" and }
 *     and        = not { [ "and" ] not }              words side by side must all be found
 *     not        = "not" not | "(" filter ")" | comparison | word | quoted
 *     comparison = key operator value                 activation = relu, best > 99%, notes ~ "with noise"
 *     operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"      the last two: contains, does not
 *     value      = word | quoted                      numbers may end in %; `none` is a value that is not there
 *
 * `and`, `or`, `not` and `none` are read in small and in capital letters; in quotes they are plain words.
 */
export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'text'; readonly text: string }
  | Comparison;

export interface Comparison {
  readonly kind: 'comparison';
  readonly key: Token;
  readonly operator: Operator;
  readonly value: FilterValue;
}

export interface FilterValue {
  readonly text: string;
  /** What the text says as a number, percentages as fractions; null where it says none, or is quoted. */
  readonly number: number | null;
  /** The unquoted word `none`. */
  readonly none: boolean;
  readonly token: Token;
}

/** What a word that is not quoted means. */
export function isWord(token: Token, word: 'and' | 'or' | 'not' | 'none'): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word;
}

/** Throws FilterError, which says where. An empty text lets everything through. */
export function parseFilter(text: string): Filter {
  return new Parser(text).read();
}

const foreign = [
  { written: /^&&?$/, instead: 'write "and".' },
  { written: /^\|\|?$/, instead: 'write "or".' },
  { written: /^≥/, instead: 'write ">=".' },
  { written: /^≤/, instead: 'write "<=".' },
  { written: /^≠/, instead: 'write "!=".' },
  { written: /^%$/, instead: 'stands right behind its number, as in 99%.' },
  { written: /^['‘’“”„]/, instead: 'texts stand in straight double quotes.' },
];

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = readTokens(text);
  }

  read(): Filter {
    if (this.#peek().kind === 'end') return { kind: 'all' };
    const filter = this.#or();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return filter;
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #or(): Filter {
    const parts = [this.#and()];
    while (isWord(this.#peek(), 'or')) {
      this.#take();
      parts.push(this.#and());
    }
    return joined('or', parts);
  }

  #and(): Filter {
    const parts = [this.#not()];
    for (;;) {
      if (isWord(this.#peek(), 'and')) this.#take();
      else if (!this.#beginsPart()) return joined('and', parts);
      parts.push(this.#not());
    }
  }

  #beginsPart(): boolean {
    const { kind } = this.#peek();
    return kind === 'open' || kind === 'quoted' || (kind === 'word' && !isWord(this.#peek(), 'or'));
  }

  #not(): Filter {
    const token = this.#peek();
    if (isWord(token, 'not')) {
      this.#take();
      return { kind: 'not', part: this.#not() };
    }
    if (token.kind === 'open') return this.#group();
    if (isWord(token, 'and') || isWord(token, 'or')) throw this.#unexpected();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#unexpected();
    this.#take();
    if (this.#peek().kind === 'operator') return this.#comparison(token);
    this.#refuseForeign(token);
    return { kind: 'text', text: token.text };
  }

  #group(): Filter {
    const open = this.#take();
    const inner = this.#or();
    if (this.#peek().kind !== 'close') {
      if (this.#peek().kind !== 'end') throw this.#unexpected();
      throw this.#fault('This bracket is not closed.', open);
    }
    this.#take();
    return inner;
  }

  #comparison(key: Token): Filter {
    const operator = this.#take();
    const value = this.#peek();
    const missing =
      (value.kind !== 'word' && value.kind !== 'quoted') ||
      isWord(value, 'and') ||
      isWord(value, 'or') ||
      isWord(value, 'not');
    if (missing) throw this.#fault(`"${key.text} ${operator.text}" needs a value behind it.`, operator);
    this.#refuseForeign(value);
    this.#take();
    return { kind: 'comparison', key, operator: operator.text as Operator, value: readValue(value) };
  }

  /** What other languages write, which would be looked for as a word here and found nowhere. */
  #refuseForeign(token: Token): void {
    const known = token.kind === 'word' ? foreign.find(({ written }) => written.test(token.text)) : undefined;
    if (known) throw this.#fault(`"${token.text}": ${known.instead}`, token);
  }

  #unexpected(): FilterError {
    const token = this.#peek();
    if (token.kind === 'end') {
      const before = this.#tokens[this.#at - 1] ?? token;
      return this.#fault(`Something is missing behind "${before.text}".`, before);
    }
    const what = token.kind === 'operator' ? 'needs a key before it' : 'does not belong here';
    return this.#fault(`"${token.text}" ${what}.`, token);
  }

  #fault(message: string, { from, to }: Token): FilterError {
    return new FilterError(message, this.#text, from, to);
  }
}

function joined(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  return parts.length === 1 ? (parts[0] as Filter) : { kind, parts };
}

function readValue(token: Token): FilterValue {
  const { kind, text } = token;
  return { text, number: kind === 'word' ? readNumber(text) : null, none: isWord(token, 'none'), token };
}

/** `0.99`, `1e-3`, `99%`; null for what is no number. */
function readNumber(text: string): number | null {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)$/i.exec(text);
  if (!match) return null;
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
}

/** Every comparison of a filter, in order. */
export function comparisonsOf(filter: Filter): Comparison[] {
  switch (filter.kind) {
    case 'comparison':
      return [filter];
    case 'not':
      return comparisonsOf(filter.part);
    case 'and':
    case 'or':
      return filter.parts.flatMap(comparisonsOf);
    default:
      return [];
  }
}
