import { countedRuns, recipe } from '../../../core/contract/averaged.ts';
import type { Settings } from '../../../core/contract/filter/keys.ts';
import type { RunSummary } from '../../../core/contract/runs.ts';
import { formatSetting } from '../../ui/format.ts';
import type { Sorting } from '../../ui/table.ts';
import { compareTexts } from '../../ui/text-order.ts';
import { groupSpread, type RunColumn, type Value } from './columns.ts';

/** A line of the table: the runs that agree in what they are grouped by, or one run. */
export type TableRow =
  | { readonly kind: 'group'; readonly key: string; readonly group: TableGroup; readonly folded: boolean }
  | { readonly kind: 'run'; readonly key: string; readonly run: RunSummary; readonly inGroup: boolean };

export interface TableGroup {
  readonly id: string;
  /** `relu, 0.1`: what its runs have under each key. */
  readonly label: string;
  readonly runs: readonly RunSummary[];
  /** Those that its figures are taken over: every seed of a configuration once. */
  readonly counted: readonly RunSummary[];
}

/** How runs are put in lines. */
export interface TableOrder {
  /** The most important first; none: as the runs were made. */
  readonly sorting: readonly Sorting[];
  readonly columns: readonly RunColumn[];
  /** Configuration paths; none: no groups. */
  readonly groupBy: readonly string[];
  readonly folded: ReadonlySet<string>;
  readonly pinned: ReadonlySet<string>;
  settingsOf(run: string): Settings;
}

/** Pinned runs first, then the rest, by group where there are groups; all of it sorted. */
export function tableRows(runs: readonly RunSummary[], order: TableOrder): TableRow[] {
  const sorted = sortBy(runs, (column) => (run) => column.value(run), order);
  const onTop = sorted.filter(({ id }) => order.pinned.has(id));
  const rest = onTop.length === 0 ? sorted : sorted.filter(({ id }) => !order.pinned.has(id));
  const lines = (members: readonly RunSummary[], inGroup: boolean) =>
    members.map<TableRow>((run) => ({ kind: 'run', key: run.id, run, inGroup }));
  if (order.groupBy.length === 0) return [...lines(onTop, false), ...lines(rest, false)];
  const groups = sortBy(
    formGroups(rest, order),
    (column) => (group) => groupSpread(column, group.counted)?.mean ?? null,
    order,
  );
  return [
    ...lines(onTop, false),
    ...groups.flatMap<TableRow>((group) => {
      const folded = order.folded.has(group.id);
      const heading: TableRow = { kind: 'group', key: `group ${group.id}`, group, folded };
      return [heading, ...(folded ? [] : lines(group.runs, true))];
    }),
  ];
}

/** Groups by the values of the keys: numbers by size, before them whatever else there is, by name. */
function formGroups(runs: readonly RunSummary[], { groupBy, settingsOf }: TableOrder): TableGroup[] {
  const groups = new Map<string, { values: unknown[]; runs: RunSummary[] }>();
  for (const run of runs) {
    const settings = settingsOf(run.id);
    const values = groupBy.map((path) => settings[path] ?? null);
    const id = JSON.stringify(values);
    const group = groups.get(id);
    if (group) group.runs.push(run);
    else groups.set(id, { values, runs: [run] });
  }
  return [...groups]
    .sort(([, one], [, other]) => compareLists(one.values, other.values))
    .map(([id, { values, runs: members }]) => ({
      id,
      label: values.map((value) => formatSetting(value ?? undefined)).join(', '),
      runs: members,
      counted: countedRuns(members, (run) => recipeOf(settingsOf(run.id))).counted,
    }));
}

const recipes = new WeakMap<Settings, string>();

/** Worked out once per configuration: rows are made anew whenever a run reports. */
function recipeOf(settings: Settings): string {
  const known = recipes.get(settings) ?? recipe(settings);
  recipes.set(settings, known);
  return known;
}

function compareLists(one: readonly unknown[], other: readonly unknown[]): number {
  for (const [index, value] of one.entries()) {
    const difference = compareSettings(value, other[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareSettings(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'number' || typeof other === 'number') return typeof one === 'number' ? 1 : -1;
  return compareTexts(formatSetting(one ?? undefined), formatSetting(other ?? undefined));
}

/** Sorted by the columns in force; what has no value there comes last either way, and equals keep their order. */
function sortBy<Item>(
  items: readonly Item[],
  reader: (column: RunColumn) => (item: Item) => Value,
  { sorting, columns }: TableOrder,
): Item[] {
  const rules = sorting.flatMap(({ key, descending }) => {
    const column = columns.find((one) => one.key === key);
    return column ? [{ read: reader(column), sign: descending ? -1 : 1 }] : [];
  });
  if (rules.length === 0) return [...items];
  const keyed = items.map((item) => ({ item, values: rules.map(({ read }) => read(item)) }));
  keyed.sort((a, b) => {
    for (const [i, { sign }] of rules.entries()) {
      const difference = compareOrNone(a.values[i] ?? null, b.values[i] ?? null, sign);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function compareOrNone(one: Value, other: Value, sign: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return sign * compareValues(one, other);
}

function compareValues(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one !== typeof other) return typeof one === 'number' ? 1 : -1;
  return compareTexts(String(one), String(other));
}

/** The best value of a column among runs, which the table marks; null where no end is better, or all are alike. */
export function bestOf(
  runs: readonly RunSummary[],
  column: RunColumn,
  better: RunColumn['better'],
): number | null {
  if (better === null) return null;
  const values = runs.map((run) => column.value(run)).filter((value) => typeof value === 'number');
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (values.length < 2 || least === most) return null;
  return better === 'max' ? most : least;
}
