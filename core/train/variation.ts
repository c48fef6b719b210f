import type { Issue } from '../contract/errors.ts';
import { getPath, setPath } from './paths.ts';

/** Dotted path to the values it takes; one run per combination, the first path varying slowest. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/**
 * Named settings that vary together, `{ ReLU: { model.options.activation: relu, train.optimizer.lr: 0.01 }, ... }`: for
 * what no grid can say, such as a rate that depends on the activation, or ideas that are left out one at a time.
 */
export type Variants = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What an experiment varies, besides the seed. */
export interface Variation {
  readonly grid: Grid;
  readonly variants: Variants;
}

/** One run's part of it: what its name says, by key of its configuration, and all that is set. */
export interface Choice {
  /** `variant` with its name, and the grid's paths with their values. */
  readonly choices: Readonly<Record<string, unknown>>;
  /** Paths with what is written there. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Runs that one experiment may come to; more is a slip of the keyboard. */
const mostRuns = 1000;

/** Parts of an experiment that are about the whole of it and cannot differ between its runs. */
const unvaried = new Set(['version', 'name', 'grid', 'variants', 'seeds']);

/** Every variant with every combination of the grid; the variants vary slowest. */
export function combinations({ grid, variants }: Variation): Choice[] {
  const named: Choice[] = Object.entries(variants).map(([variant, settings]) => ({
    choices: { variant },
    settings,
  }));
  return Object.entries(grid).reduce<Choice[]>(
    (rows, [path, values]) =>
      rows.flatMap(({ choices, settings }) =>
        values.map((value) => ({
          choices: { ...choices, [path]: value },
          settings: { ...settings, [path]: value },
        })),
      ),
    named.length > 0 ? named : [{ choices: {}, settings: {} }],
  );
}

/** Ways to say which model; one takes the place of the others, with all that belongs to them. */
const modelWays = new Set(['model.preset', 'model.spec', 'model.file', 'model.shorthand']);

/**
 * A copy of a recipe with a path set.
 * @throws `spec.invalid` where the path leads nowhere
 */
export function setInRecipe(recipe: unknown, path: string, value: unknown): unknown {
  const replaces = modelWays.has(path) && getPath(recipe, path) === undefined;
  return setPath(replaces ? setPath(recipe, 'model', {}) : recipe, path, value);
}

/** A copy of a recipe with several paths set, in their order. */
export function setAll(recipe: unknown, settings: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(settings).reduce(
    (changed, [path, value]) => setInRecipe(changed, path, value),
    recipe,
  );
}

/**
 * Every fault of what an experiment varies.
 * @param recipe the experiment without it
 * @param judge says what is wrong with an experiment in which nothing varies
 */
export function variationIssues(
  variation: Variation,
  { recipe, seeds, judge }: { recipe: object; seeds: number; judge: (raw: unknown) => Issue[] },
): Issue[] {
  const runs = combinations(variation).length * seeds;
  const many = { path: 'grid', message: `comes to ${runs} runs, more than ${mostRuns}` };
  return [
    ...Object.entries(variation.grid).flatMap(([path, values]) => {
      const at = `grid.${path}`;
      return (
        pathIssue(path, at) ?? [
          ...twice(values, at, 'names a value twice'),
          ...values.flatMap((value) => settingIssues({ [path]: value }, () => at, { recipe, judge })),
        ]
      );
    }),
    ...Object.entries(variation.variants).flatMap(([name, settings]) =>
      variantIssues(name, settings, variation.grid, { recipe, judge }),
    ),
    ...twice(Object.values(variation.variants), 'variants', 'two of them have the same settings'),
    ...(runs > mostRuns ? [many] : []),
  ];
}

interface Judged {
  readonly recipe: object;
  readonly judge: (raw: unknown) => Issue[];
}

function variantIssues(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  grid: Grid,
  judged: Judged,
): Issue[] {
  const at = (path: string) => `variants.${name}.${path}`;
  const misplaced = Object.keys(settings).flatMap((path) => {
    if (Object.hasOwn(grid, path)) return [{ path: at(path), message: 'is varied by the grid as well' }];
    return pathIssue(path, at(path)) ?? [];
  });
  return misplaced.length > 0 ? misplaced : settingIssues(settings, at, judged);
}

function pathIssue(path: string, at: string): Issue[] | null {
  const whole = unvaried.has(path.split('.')[0] as string);
  return whole ? [{ path: at, message: 'cannot vary inside an experiment' }] : null;
}

function twice(values: readonly unknown[], path: string, message: string): Issue[] {
  const different = new Set(values.map((value) => JSON.stringify(value)));
  return different.size < values.length ? [{ path, message }] : [];
}

/** Faults of the recipe with these settings, each at the setting it is about, or at the first. */
function settingIssues(
  settings: Readonly<Record<string, unknown>>,
  at: (path: string) => string,
  { recipe, judge }: Judged,
): Issue[] {
  const paths = Object.keys(settings);
  const first = paths[0];
  if (first === undefined) return [];
  let changed: unknown;
  try {
    changed = setAll(recipe, settings);
  } catch (error) {
    return [{ path: at(first), message: (error as Error).message }];
  }
  return judge(changed).map((issue) => {
    const own = paths.find((path) => issue.path === path || issue.path.startsWith(`${path}.`));
    const message = issue.path === own ? issue.message : `${issue.path}: ${issue.message}`;
    return { path: at(own ?? first), message };
  });
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of an unread experiment with every mapping of its grid and variants changed; what is none is left as it is. */
function changeVaried(
  raw: unknown,
  change: { grid(settings: Plain): Plain; variant(settings: Plain): Plain },
): unknown {
  const grid = getPath(raw, 'grid');
  const variants = getPath(raw, 'variants');
  const changed = isPlain(grid) ? setPath(raw, 'grid', change.grid(grid)) : raw;
  if (!isPlain(variants)) return changed;
  const each = Object.entries(variants).map(([name, settings]) => [
    name,
    isPlain(settings) ? change.variant(settings) : settings,
  ]);
  return setPath(changed, 'variants', Object.fromEntries(each));
}

/** A copy of an unread experiment with the values that a path takes in its grid and its variants put through `change`. */
export function mapVaried(raw: unknown, path: string, change: (value: unknown) => unknown): unknown {
  return changeVaried(raw, {
    grid: (settings) => {
      const values = settings[path];
      return Array.isArray(values) ? { ...settings, [path]: values.map(change) } : settings;
    },
    variant: (settings) =>
      Object.hasOwn(settings, path) ? { ...settings, [path]: change(settings[path]) } : settings,
  });
}

/** The values that a path takes in the grid and the variants of an unread experiment. */
export function variedValues(raw: unknown, path: string): unknown[] {
  const found: unknown[] = [];
  mapVaried(raw, path, (value) => found.push(value));
  return found;
}

/** A copy of an unread experiment in which a path no longer varies. */
export function endVarying(raw: unknown, path: string): unknown {
  const without = (settings: Plain) =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => key !== path));
  return changeVaried(raw, { grid: without, variant: without });
}
