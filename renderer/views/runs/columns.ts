import { type Settings, shortestName } from '../../../core/contract/filter/keys.ts';
import type { Extremes, RunSummary } from '../../../core/contract/runs.ts';
import type { TextKey } from '../../app/text.ts';
import { formatDuration, formatValue, valueKind } from '../../charts/format.ts';
import { type Spread, spreadOf } from '../../stores/experiment-summary.ts';
import { formatCount, formatMoment, formatSetting } from '../../ui/format.ts';

export type Direction = 'max' | 'min';

/** What a run has in a column: numbers are sorted as such, texts as texts, null comes last. */
export type Value = number | string | null;

/** A column of the table of all runs. */
export interface RunColumn {
  /** `best`, `last:train/loss`, `best:train/loss`, `setting:train.optimizer.lr`; stable, since layouts are kept by it. */
  readonly key: string;
  readonly section: 'run' | 'results' | 'bests' | 'last' | 'settings';
  readonly label: string;
  readonly hint: string;
  readonly numeric: boolean;
  /** Pixels, until the user drags it. */
  readonly width: number;
  /** Which end is good; null where neither is. */
  readonly better: Direction | null;
  value(run: RunSummary): Value;
  write(run: RunSummary): string;
  /** Writes the mean or the spread of a group; absent where a mean says nothing. */
  readonly writeNumber?: (value: number) => string;
}

interface FieldColumn extends Pick<RunColumn, 'section' | 'width'> {
  readonly better?: Direction;
  readonly value: (run: RunSummary) => Value;
  readonly write?: (run: RunSummary) => string;
  readonly writeNumber?: (value: number) => string;
}

/** Accuracies and the like are better when high; losses, errors and times when low. */
export function usualDirection(metric: string): Direction {
  return /loss|error$/.test(metric) ? 'min' : 'max';
}

const writeMetric = (metric: string) => (value: number) => formatValue(value, valueKind(metric));
const whole = (value: number) => formatCount(Math.round(value));

const fields: Readonly<Record<string, FieldColumn>> = {
  name: { section: 'run', width: 220, value: (run) => run.name },
  status: { section: 'run', width: 104, value: (run) => run.status },
  experiment: { section: 'run', width: 160, value: (run) => run.experimentName },
  tags: { section: 'run', width: 130, value: (run) => run.tags.join(', ') || null },
  notes: { section: 'run', width: 180, value: (run) => run.notes || null },
  created: {
    section: 'run',
    width: 104,
    value: (run) => run.createdAt,
    write: (run) => formatMoment(run.createdAt),
  },
  device: { section: 'run', width: 72, value: (run) => run.device },
  best: {
    section: 'results',
    width: 148,
    value: (run) => run.best,
    write: (run) => (run.best === null ? '–' : writeMetric(run.bestMetric)(run.best)),
  },
  bestEpoch: {
    section: 'results',
    width: 112,
    value: (run) => run.bestEpoch,
    write: (run) => (run.bestEpoch === null ? '–' : String(run.bestEpoch)),
    writeNumber: (epoch) => epoch.toFixed(1),
  },
  test: {
    section: 'results',
    width: 148,
    better: 'max',
    value: (run) => run.test,
    writeNumber: writeMetric('test/accuracy'),
  },
  bestMetric: { section: 'results', width: 140, value: (run) => run.bestMetric },
  epoch: {
    section: 'results',
    width: 76,
    value: (run) => run.epoch,
    write: (run) => `${Math.floor(run.epoch)}/${run.epochs}`,
  },
  seconds: {
    section: 'results',
    width: 88,
    better: 'min',
    value: (run) => (run.epoch > 0 ? run.seconds : null),
    writeNumber: formatDuration,
  },
  speed: {
    section: 'results',
    width: 96,
    better: 'max',
    value: (run) => run.imagesPerSecond,
    writeNumber: whole,
  },
};

/** What one looks for first stands first: in a window of 1100 px, all up to the test accuracy are seen without scrolling. */
export const usualColumns: readonly string[] = [
  'name',
  'best',
  'bestEpoch',
  'test',
  'status',
  'epoch',
  'seconds',
  'last:train/loss',
  'experiment',
  'tags',
  'notes',
];

/** What columns are made of. */
export interface ColumnSource {
  /** What the runs are chosen by, which says how their best is written. */
  readonly bestMetric: string;
  readonly metrics: Iterable<string>;
  readonly paths: ReadonlySet<string>;
  readonly numericPaths: ReadonlySet<string>;
  settingsOf(run: string): Settings;
  /** Undefined until it was read. */
  extremesOf(run: string, metric: string): Extremes | undefined;
  /** Which end of a column the user says is good; `usual` unless it was turned. */
  directionOf(key: string, usual: Direction): Direction;
  text(key: TextKey, values?: Record<string, unknown>): string;
}

/** Every column there could be: fields of every run, best and last values of metrics, settings. */
export function allColumns(source: ColumnSource): RunColumn[] {
  return [
    ...Object.entries(fields).map(([key, field]) => fieldColumn(key, field, source)),
    ...[...source.metrics].sort().map((metric) => bestColumn(metric, source)),
    ...[...source.metrics].sort().map((metric) => lastColumn(metric, source)),
    ...[...source.paths].sort().map((path) => settingColumn(path, source)),
  ];
}

function fieldColumn(key: string, field: FieldColumn, { bestMetric, text }: ColumnSource): RunColumn {
  const { section, width, value, writeNumber } = field;
  const forNumbers = key === 'best' ? writeMetric(bestMetric) : writeNumber;
  return {
    key,
    section,
    width,
    value,
    label: text(`table.column.${key}` as TextKey),
    hint: text(`table.hint.${key}` as TextKey),
    numeric: forNumbers !== undefined || key === 'epoch',
    better: field.better ?? (key === 'best' ? usualDirection(bestMetric) : null),
    write: field.write ?? ((run) => writeValue(value(run), writeNumber)),
    ...(forNumbers && { writeNumber: forNumbers }),
  };
}

const bestPrefix = 'best:';

/** The metric whose best value a column shows; null of another column. */
export function metricOfBest(key: string): string | null {
  return key.startsWith(bestPrefix) ? key.slice(bestPrefix.length) : null;
}

/** Best of any metric, whatever the run was chosen by: greatest or least, as the column is turned. */
function bestColumn(metric: string, { text, extremesOf, directionOf }: ColumnSource): RunColumn {
  const key = bestPrefix + metric;
  const better = usualDirection(metric);
  const direction = directionOf(key, better);
  const best = ({ id }: RunSummary) => extremesOf(id, metric)?.[direction === 'max' ? 'most' : 'least'];
  const writeNumber = writeMetric(metric);
  return {
    key,
    section: 'bests',
    width: 148,
    value: (run) => best(run)?.value ?? null,
    label: text('table.bestOf', { metric }),
    hint: text(`table.bestHint.${direction}`, { metric }),
    numeric: true,
    better,
    write: (run) => {
      const found = best(run);
      return found === undefined ? '…' : writeValue(found?.value ?? null, writeNumber);
    },
    writeNumber,
  };
}

function lastColumn(metric: string, { text }: ColumnSource): RunColumn {
  const value = (run: RunSummary) => run.last[metric] ?? null;
  const writeNumber = writeMetric(metric);
  return {
    key: `last:${metric}`,
    section: 'last',
    width: 148,
    value,
    label: metric,
    hint: text('table.lastHint', { metric }),
    numeric: true,
    better: usualDirection(metric),
    write: (run) => writeValue(value(run), writeNumber),
    writeNumber,
  };
}

function settingColumn(path: string, { paths, settingsOf, numericPaths }: ColumnSource): RunColumn {
  const read = (run: RunSummary) => settingsOf(run.id)[path];
  const value = (run: RunSummary): Value => {
    const setting = read(run);
    if (typeof setting === 'number' || typeof setting === 'string') return setting;
    return setting === undefined || setting === null ? null : JSON.stringify(setting);
  };
  return {
    key: `setting:${path}`,
    section: 'settings',
    width: 104,
    value,
    label: shortestName(path, paths),
    hint: path,
    numeric: numericPaths.has(path),
    better: null,
    write: (run) => formatSetting(read(run) ?? undefined),
  };
}

function writeValue(value: Value, writeNumber: (value: number) => string = String): string {
  if (value === null) return '–';
  return typeof value === 'number' ? writeNumber(value) : value;
}

/** Mean and spread of a column over the counted runs of a group. */
export function groupSpread(column: RunColumn, counted: readonly RunSummary[]): Spread | null {
  if (column.writeNumber === undefined) return null;
  const values = counted.map((run) => column.value(run));
  return spreadOf(values.filter((value) => typeof value !== 'string'));
}

/** `98.71 ± 0.04% (3)`; `–` where no run has a figure. */
export function writeSpread({ mean, deviation, count }: Spread, write: (value: number) => string): string {
  if (mean === null) return '–';
  if (deviation === null) return `${write(mean)} (${count})`;
  const spread = write(deviation);
  const centre = spread.endsWith('%') ? write(mean).replace(/%$/, '') : write(mean);
  return `${centre} ± ${spread} (${count})`;
}
