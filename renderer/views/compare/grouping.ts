import type { Comparison } from '../../../core/contract/runs.ts';
import { formatDuration } from '../../charts/format.ts';
import { formatSetting } from '../../ui/format.ts';
import { compareTexts } from '../../ui/text-order.ts';

/** `model.options.activation` is called `activation` where no other key ends alike. */
export function shortKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** What runs can be grouped by: by default as the engine proposes (the grid's keys), by any differing key, or not at all. */
export type Grouping =
  | { readonly kind: 'default' }
  | { readonly kind: 'runs' }
  | { readonly kind: 'keys'; readonly keys: readonly string[] };

/** As the address holds it. */
export function writeGrouping(grouping: Grouping): string | undefined {
  if (grouping.kind === 'default') return undefined;
  return grouping.kind === 'runs' ? 'runs' : grouping.keys.join(',');
}

export function readGrouping(text: unknown): Grouping {
  if (typeof text !== 'string' || text === '') return { kind: 'default' };
  return text === 'runs' ? { kind: 'runs' } : { kind: 'keys', keys: text.split(',') };
}

/** The splits to draw when the user has not said: what runs are chosen by, never training alone. */
export function defaultSplits(metrics: readonly string[]): string[] {
  return metrics.some((metric) => metric.startsWith('validation/')) ? ['validation'] : ['test'];
}

/** A fraction from a percentage as typed; null where it is none between 0 and 100. */
export function parsePercent(text: string): number | null {
  const value = Number(text.trim().replace(/%$/, '').replace(',', '.'));
  return text.trim() !== '' && value >= 0 && value <= 100 ? value / 100 : null;
}

/** Percentage without superfluous digits: 0.98 is `98`. */
export function writePercent(fraction: number): string {
  return String(Number((100 * fraction).toFixed(4)));
}

/** The values that a setting takes, each once, as they are written, in their order. */
export function differingValues(values: readonly unknown[]): string[] {
  const written = new Set(values.map((value) => formatSetting(value ?? undefined)));
  return [...written].sort(compareTexts);
}

type Statistic = Comparison['groups'][number]['best'];

/** `0.9871 ± 0.0004`, written by the given format; without a spread where there is one run, `–` where there is none. */
export function writeStatistic(statistic: Statistic, format: (value: number) => string): string {
  if (statistic.mean === null) return '–';
  return statistic.deviation === null
    ? format(statistic.mean)
    : `${format(statistic.mean)} ± ${format(statistic.deviation)}`;
}

/** `27 s ± 7.8 s`, from a minute on in one unit: `9.3 ± 12.1 min`. */
export function writeDurations(statistic: Statistic): string {
  const { mean, deviation } = statistic;
  if (mean === null || deviation === null || mean < 60) return writeStatistic(statistic, formatDuration);
  const [unit, seconds] = mean < 3600 ? ['min', 60] : ['h', 3600];
  return `${(mean / seconds).toFixed(1)} ± ${(deviation / seconds).toFixed(1)} ${unit}`;
}
