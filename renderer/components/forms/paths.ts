/** Plain data as YAML and JSON hold it. */
export type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null;

/** Value at a dotted path (`train.optimizer.lr`, `dataset.preprocess.0.type`); undefined where nothing is. */
export function getAt(root: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isPlain(at) ? at[key] : undefined), root);
}

/** Copy with `value` at the path; objects on the way are made, and `undefined` takes the key out. */
export function setAt(root: unknown, path: string, value: unknown): Plain {
  const [key = '', ...rest] = path.split('.');
  const copy = (Array.isArray(root) ? [...root] : isPlain(root) ? { ...root } : {}) as Plain;
  if (rest.length > 0) copy[key] = setAt(copy[key], rest.join('.'), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** Every leaf by its dotted path; lists count as leaves, since their order and length are one decision. */
export function leaves(root: unknown, prefix = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (!isPlain(root) || Array.isArray(root)) {
    found.set(prefix, root);
    return found;
  }
  for (const [key, value] of Object.entries(root)) {
    for (const [path, leaf] of leaves(value, prefix ? `${prefix}.${key}` : key)) found.set(path, leaf);
  }
  return found;
}

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

/** Leaves that are not the same on both sides, those in `ignored` left out. */
export function differences(before: unknown, after: unknown, ignored: readonly string[] = []): Difference[] {
  const left = leaves(before);
  const right = leaves(after);
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => !ignored.includes(path))
    .map((path) => ({ path, before: left.get(path), after: right.get(path) }))
    .filter((pair) => JSON.stringify(pair.before) !== JSON.stringify(pair.after));
}
