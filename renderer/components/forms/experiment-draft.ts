import { parseDocument } from 'yaml';
import type { FieldDescriptor } from '../../../core/contract/catalog.ts';
import type { Issue } from '../../../core/contract/errors.ts';
import { parseNumber } from './numbers.ts';
import { differences, getAt, type Plain, setAt } from './paths.ts';

/**
 * An experiment being written is the plain object of its file, valid or not; the form and the YAML are two views of it.
 * A field whose path is a key of `grid` varies: it holds the list of values that the runs take.
 */
export type Draft = Plain;

/** The values a field varies over, or undefined where it has one value. */
export function variation(draft: Draft, path: string): unknown[] | undefined {
  const values = (draft.grid as Plain | undefined)?.[path];
  return Array.isArray(values) ? values : undefined;
}

/** Makes a field vary over `values`, or (`undefined`) have one value again. An empty grid is left out. */
export function setVariation(draft: Draft, path: string, values: unknown[] | undefined): Draft {
  const grid = { ...(draft.grid as Plain | undefined) };
  if (values === undefined) delete grid[path];
  else grid[path] = values;
  return setAt(draft, 'grid', Object.keys(grid).length > 0 ? grid : undefined);
}

/** Starts or ends varying: starts from the present value with every other choice, ends with the first of the values. */
export function toggleVariation(draft: Draft, path: string, field: FieldDescriptor): Draft {
  const values = variation(draft, path);
  if (values) return setAt(setVariation(draft, path, undefined), path, values[0]);
  const now = getAt(draft, path) ?? field.default;
  const others = (field.choices ?? []).map((choice) => choice.value).filter((value) => value !== now);
  if (field.kind === 'boolean') return setVariation(draft, path, [false, true]);
  return setVariation(draft, path, now === undefined ? others : [now, ...others]);
}

/** What a field's text means; what cannot be read stays as it is, for the engine to say what is wrong with it. */
export function parseField(kind: FieldDescriptor['kind'], text: string): unknown {
  if (text.trim() === '') return undefined;
  if (kind === 'number' || kind === 'integer') return parseNumber(text) ?? text;
  return text;
}

/** What a setting of any kind means: YAML, as in a file; the text itself where it is none. */
export function parseSetting(line: string): unknown {
  const document = parseDocument(line);
  return document.errors.length > 0 ? line : document.toJS();
}

/** How a value is written in a field. */
export function writeField(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The first fault at a path, or inside it. */
export function issueAt(issues: readonly Issue[], path: string): string | undefined {
  const exact = issues.find((issue) => issue.path === path || issue.path === `grid.${path}`);
  return (exact ?? issues.find((issue) => issue.path.startsWith(`${path}.`)))?.message;
}

/** Faults that belong to none of the fields on screen. */
export function otherIssues(issues: readonly Issue[], shownPaths: readonly string[]): Issue[] {
  return issues.filter(({ path }) => {
    const bare = path.replace(/^grid\./, '');
    return !shownPaths.some((shown) => bare === shown || bare.startsWith(`${shown}.`));
  });
}

/** Name of a clone: the original's, with the settings that were changed: `lenet-5 (activation relu)`. */
export function cloneName(original: Draft, draft: Draft): string {
  const changes = differences(original, draft, ['name']).map(({ path, after }) => {
    const key = path.split('.').at(-1) ?? path;
    return `${key} ${writeField(after) || 'default'}`;
  });
  const name = String(original.name ?? '');
  return changes.length > 0 ? `${name} (${changes.join(', ')})`.slice(0, 200) : name;
}

/** Settings that vary together, by name; empty where there are none. */
export function variantsOf(draft: Draft): { name: string; settings: Plain }[] {
  const entries = Object.entries((draft.variants as Plain | undefined) ?? {});
  return entries.map(([name, settings]) => ({ name, settings: (settings ?? {}) as Plain }));
}

/** A copy with other variants; without any the key is left out. */
export function setVariants(draft: Draft, variants: readonly { name: string; settings: Plain }[]): Draft {
  const named = Object.fromEntries(variants.map(({ name, settings }) => [name, settings]));
  return setAt(draft, 'variants', variants.length > 0 ? named : undefined);
}

/** Number of runs an experiment comes to: every variant and combination of the grid, with every seed. */
export function countRuns(draft: Draft): number {
  const seeds = Array.isArray(draft.seeds) ? draft.seeds.length : 1;
  const variants = Math.max(1, variantsOf(draft).length);
  const lists = Object.values((draft.grid as Plain | undefined) ?? {});
  return lists.reduce<number>(
    (count, list) => count * (Array.isArray(list) ? list.length : 1),
    seeds * variants,
  );
}
