import type { Comparison, RunSummary } from '../../../core/contract/runs.ts';
import { formatDuration, formatTick, formatValue, valueKind } from '../../charts/format.ts';
import { linearTicks, logTicks, toAxis } from '../../charts/scale.ts';
import { formatSetting } from '../../ui/format.ts';
import { compareTexts } from '../../ui/text-order.ts';

type Cell = number | string | null;

/** A configuration key or a result, over the compared runs. */
export interface Parameter {
  readonly key: string;
  /** Per run; null where a run has none. */
  readonly cells: readonly Cell[];
  /** Per run: how far up the axis, 0 to 1; null where it has no place. */
  readonly places: readonly (number | null)[];
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
  readonly write: (cell: Cell) => string;
}

/** From this ratio of the greatest to the least on, a positive parameter is read by its magnitude. */
const wide = 20;

/** In what the runs differ, then what came of them; what is the same for all says nothing and is left out. */
export function parametersOf(comparison: Comparison, byId: ReadonlyMap<string, RunSummary>): Parameter[] {
  const rows = comparison.runs.map((id) => byId.get(id));
  const metric = rows.find((run) => run !== undefined)?.bestMetric ?? '';
  const result = (read: (run: RunSummary) => number | null) => rows.map((run) => (run ? read(run) : null));
  const dash = (write: (value: number) => string) => (cell: Cell) =>
    typeof cell === 'number' ? write(cell) : '–';
  const settings = comparison.differences.map(({ path, values }) =>
    makeParameter(path, values.map(toCell), (cell) => (cell === null ? '–' : formatSetting(cell))),
  );
  const results = [
    makeParameter(
      'best',
      result((run) => run.best),
      dash((value) => formatValue(value, valueKind(metric))),
    ),
    makeParameter(
      'test',
      result((run) => run.test),
      dash((value) => formatValue(value, 'fraction')),
    ),
    makeParameter(
      'bestEpoch',
      result((run) => run.bestEpoch),
      dash(String),
    ),
    makeParameter(
      'seconds',
      result((run) => run.seconds),
      dash(formatDuration),
    ),
  ];
  return [...settings, ...results.filter(({ cells }) => cells.some((cell) => cell !== null))];
}

function toCell(value: unknown): Cell {
  return value === null || value === undefined
    ? null
    : typeof value === 'number'
      ? value
      : formatSetting(value);
}

export function makeParameter(key: string, cells: readonly Cell[], write: (cell: Cell) => string): Parameter {
  const known = cells.filter((cell) => cell !== null);
  const numbers = known.filter((cell) => typeof cell === 'number' && Number.isFinite(cell)) as number[];
  return numbers.length === known.length && numbers.length > 0
    ? numeric(key, cells as readonly (number | null)[], numbers, write)
    : categories(key, cells, write);
}

function numeric(
  key: string,
  cells: readonly (number | null)[],
  numbers: readonly number[],
  write: (cell: Cell) => string,
): Parameter {
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = least > 0 && greatest / least >= wide ? 'log' : 'linear';
  const [low, high] = [toAxis(least, scale), toAxis(greatest, scale)];
  const place = (value: number) => (high > low ? (toAxis(value, scale) - low) / (high - low) : 0.5);
  const ticks =
    scale === 'log'
      ? logTicks(least, greatest)
          .filter(({ labelled }) => labelled)
          .map(({ value }) => value)
      : linearTicks(least, greatest, 4);
  // The few values of a grid are told by themselves, as long as they are apart.
  const few = [...new Set(numbers)].sort((a, b) => a - b);
  const told =
    few.length <= 5 && few.every((value, i) => i === 0 || place(value) - place(few[i - 1] ?? 0) > 0.1);
  return {
    key,
    cells,
    places: cells.map((cell) => (cell === null ? null : place(cell))),
    ticks: (told ? few : ticks)
      .map((value) => ({
        place: place(value),
        text: told ? write(value) : key === 'seconds' ? formatDuration(value) : tickText(value, write),
      }))
      // Two that round to the same words would tell nothing apart.
      .filter(({ text }, i, all) => text !== all[i - 1]?.text),
    write,
  };
}

/** As short as the column's own way of writing allows. */
function tickText(value: number, write: (cell: Cell) => string): string {
  return write(value).endsWith('%') ? formatTick(value, 'fraction') : formatTick(value, 'plain');
}

function categories(key: string, cells: readonly Cell[], write: (cell: Cell) => string): Parameter {
  const values = [...new Set(cells)].sort((a, b) => compareTexts(String(a ?? ''), String(b ?? '')));
  const place = (cell: Cell) => (values.length > 1 ? values.indexOf(cell) / (values.length - 1) : 0.5);
  return {
    key,
    cells,
    places: cells.map(place),
    ticks: values.map((value) => ({ place: place(value), text: write(value) })),
    write,
  };
}

/** Stretches of axes that are chosen, by key, from 0 to 1. */
export type Brushes = Readonly<Record<string, readonly [number, number]>>;

/** Which runs lie inside every chosen stretch; all of them where nothing is chosen. */
export function brushed(parameters: readonly Parameter[], brushes: Brushes): boolean[] {
  const count = parameters[0]?.cells.length ?? 0;
  return Array.from({ length: count }, (_, run) =>
    parameters.every(({ key, places }) => {
      const brush = brushes[key];
      const place = places[run];
      if (!brush) return true;
      return place !== null && place !== undefined && place >= brush[0] - 1e-9 && place <= brush[1] + 1e-9;
    }),
  );
}

/** A brush moved along its axis, or made wider, by the keys; one is made where there was none. */
export function steppedBrush(
  brush: readonly [number, number] | undefined,
  change: { move?: number; widen?: number },
): readonly [number, number] {
  if (!brush) return [0, 0.5];
  const { move = 0, widen = 0 } = change;
  const width = Math.min(1, Math.max(0.05, brush[1] - brush[0] + widen));
  const low = Math.min(1 - width, Math.max(0, brush[0] + move));
  return [low, low + width];
}
