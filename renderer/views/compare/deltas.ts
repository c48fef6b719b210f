import { formatPlain } from '../../charts/format.ts';
import { compareTexts } from '../../ui/text-order.ts';

/** What a setting becomes from the baseline's value: `+0.04 (×5)`; empty where it stays, `≠` where it is no number. */
export function deltaOf(from: readonly unknown[], to: readonly unknown[]): string {
  if (JSON.stringify(from) === JSON.stringify(to)) return '';
  const [before, after] = [from[0], to[0]];
  const single = from.length === 1 && to.length === 1;
  if (!single || typeof before !== 'number' || typeof after !== 'number') return '≠';
  const difference = after - before;
  // Without the digits that only the subtraction made.
  const written = trimmed(formatPlain(Number(Math.abs(difference).toPrecision(6))));
  const signed = `${difference < 0 ? '−' : '+'}${written}`;
  return before > 0 && after > 0 ? `${signed} (×${trimmed(formatPlain(after / before))})` : signed;
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

export interface KeyLine {
  /** Dotted, from the root. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** A value; else a heading of what lies inside. */
  readonly leaf: boolean;
}

interface KeyTree {
  readonly children: Map<string, KeyTree>;
}

/** A configuration's keys as a tree in lines, plain keys before headings; `a.b` is one heading where `a` holds nothing else. */
export function nestedKeys(paths: readonly string[]): KeyLine[] {
  const root: KeyTree = { children: new Map() };
  for (const path of paths) {
    let tree = root;
    for (const key of path.split('.')) {
      const next = tree.children.get(key) ?? { children: new Map() };
      tree.children.set(key, next);
      tree = next;
    }
  }
  return linesOf(root, '', 0);
}

function linesOf({ children }: KeyTree, prefix: string, depth: number): KeyLine[] {
  const sorted = [...children].sort(
    ([a, left], [b, right]) =>
      Number(left.children.size > 0) - Number(right.children.size > 0) || compareTexts(a, b),
  );
  return sorted.flatMap(([key, tree]): KeyLine[] => {
    if (tree.children.size === 0) return [{ path: prefix + key, name: key, depth, leaf: true }];
    let name = key;
    let inner = tree;
    for (let only = onlyHeading(inner); only; only = onlyHeading(inner)) {
      name = `${name}.${only[0]}`;
      inner = only[1];
    }
    const path = prefix + name;
    return [{ path, name, depth, leaf: false }, ...linesOf(inner, `${path}.`, depth + 1)];
  });
}

/** The one thing inside, if it is a heading itself. */
function onlyHeading({ children }: KeyTree): [string, KeyTree] | null {
  const [first] = children;
  return first && children.size === 1 && first[1].children.size > 0 ? first : null;
}
