import type { PlotSource } from '../../charts/plot.ts';
import { splitMetric } from '../../charts/run-lines.ts';

/**
 * What a target can be set by: accuracies, losses, and the error of each accuracy, which is what is left of it to 1.
 * @param metrics of which the runs have points
 */
export function targetMetrics(metrics: readonly string[]): string[] {
  const accuracies = metrics.filter((metric) => metric.endsWith('/accuracy'));
  const losses = metrics.filter((metric) => metric.endsWith('/loss'));
  return [...accuracies, ...accuracies.map((metric) => metric.replace(/accuracy$/, 'error')), ...losses];
}

/** `train/error` is kept as `train/accuracy`. */
export function storedMetric(metric: string): string {
  return metric.replace(/\/error$/, '/accuracy');
}

/** The value as it is kept, from the value of `metric`, and back. */
export function storedValue(metric: string, value: number): number {
  return metric.endsWith('/error') ? 1 - value : value;
}

/** Whether less of it is better. */
export function isFalling(metric: string): boolean {
  return /^(loss|error)$/.test(splitMetric(metric).name);
}

/** The line of an accuracy turned into one of the error. */
export function asError(source: PlotSource): PlotSource {
  if ('mean' in source.points) return source;
  return { ...source, points: { ...source.points, value: source.points.value.map((value) => 1 - value) } };
}

/** A target moved to where it can be read and repeated: tenths of a percentage point, or three digits. */
export function roundedTarget(metric: string, value: number): number {
  if (!metric.endsWith('/loss')) return Math.min(1, Math.max(0, Math.round(value * 1000) / 1000));
  return value <= 0 ? 0 : Number(value.toPrecision(3));
}

/** The next target up or down, by a step or by ten. */
export function steppedTarget(metric: string, value: number, steps: number): number {
  if (!metric.endsWith('/loss')) return roundedTarget(metric, value + steps * 0.001);
  return roundedTarget(metric, value * 1.01 ** steps);
}
