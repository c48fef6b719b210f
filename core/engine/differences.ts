/** A configuration key whose value is not the same in all of several runs. */
export interface Difference {
  /** Dotted: `train.optimizer.lr`, `dataset.preprocess.0.type`. */
  readonly path: string;
  /** Per run, in the order given; null where a run has no such key. */
  readonly values: readonly unknown[];
}

/**
 * Keys that differ between configurations, however deep; those that are alike are left out.
 * @param ignored top-level keys that follow from others, such as the run's name
 */
export function findDifferences(configs: readonly unknown[], ignored: ReadonlySet<string>): Difference[] {
  const leaves = configs.map((config) => new Map(flatten(config)));
  const paths = new Set(leaves.flatMap((map) => [...map.keys()]));
  return [...paths]
    .filter((path) => !ignored.has(path.split('.')[0] as string))
    .map((path) => ({ path, values: leaves.map((map) => map.get(path) ?? null) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

/**
 * Leaves with their paths. A list of plain values is one leaf: `[1, 28, 28]` reads better than three keys. What is empty
 * has none: a key that another configuration has in there shows the difference by itself.
 */
export function flatten(value: unknown, path = ''): [string, unknown][] {
  if (!isContainer(value) || isPlainList(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, path === '' ? key : `${path}.${key}`),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.length > 0 && !value.some(isContainer);
}
