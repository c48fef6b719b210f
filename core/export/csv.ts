import type { MetricPoint } from '../contract/events.ts';

const columns = ['run', 'metric', 'step', 'epoch', 'seconds', 'value'] as const;

/**
 * Metrics as CSV (RFC 4180, LF line ends): `run,metric,step,epoch,seconds,value`, one line per point, in full
 * precision. A value that is not finite is an empty field.
 */
export function metricsCsv(points: readonly MetricPoint[]): string {
  const lines = points.map((point) => columns.map((column) => field(point[column])).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

function field(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
