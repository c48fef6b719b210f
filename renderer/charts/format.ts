/** Numbers as they are written on axes, in tooltips and in tables. Fractions named accuracy read as percentages. */
export type ValueKind = 'fraction' | 'plain';

export function valueKind(metric: string): ValueKind {
  return /accuracy|top5|(error|share)$/.test(metric) ? 'fraction' : 'plain';
}

/** What an axis of a metric never leaves, and what it always shows. */
export function axisBounds(metric: string): { ceiling?: number; base?: number } {
  if (valueKind(metric) === 'fraction') return { ceiling: 1 };
  return /rate$|per-second$/.test(metric) ? { base: 0 } : {};
}

const minus = '\u2212';
const sign = (text: string): string => text.replaceAll('-', minus);

/** Four significant digits, no exponent between 0.001 and a million. */
export function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${minus}∞`;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return sign(value.toExponential(2).replace('e+', 'e'));
  if (size >= 1000) return sign(value.toLocaleString('en-US', { maximumFractionDigits: 0 }));
  return sign(value.toPrecision(4));
}

/** A fraction as a percentage with two decimals, which is one image in ten thousand. */
export function formatFraction(value: number): string {
  return Number.isFinite(value) ? `${sign((100 * value).toFixed(2))}%` : formatPlain(value);
}

/** A value in a column of its like: `decimals` is the same for all, so that the points align. */
export function formatValue(value: number, kind: ValueKind, decimals?: number): string {
  if (decimals !== undefined && kind === 'plain' && Number.isFinite(value) && Math.abs(value) < 1000) {
    return sign(value.toFixed(decimals));
  }
  return kind === 'fraction' ? formatFraction(value) : formatPlain(value);
}

/** Shortest writing of a tick: no digits that its neighbours do not need. */
export function formatTick(value: number, kind: ValueKind): string {
  if (kind === 'fraction') return `${sign(trimmed(100 * value))}%`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return sign(value.toExponential().replace('e+', 'e'));
  return size >= 1000 ? sign(value.toLocaleString('en-US')) : sign(trimmed(value));
}

const trimmed = (value: number): string => String(Number(value.toPrecision(6)));

/** `45 s`, `3 m 05 s`, `2 h 07 m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`;
}

/** Tick of a time axis: `30s`, `2m`, `1h 30m`. */
export function formatTimeTick(seconds: number): string {
  if (seconds < 60) return `${trimmed(seconds)}s`;
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    Math.round(seconds % 60),
  ];
  const parts = [hours && `${hours}h`, minutes && `${minutes}m`, rest && `${rest}s`];
  return parts.filter(Boolean).join(' ');
}

/** Times of day as a range of them needs: with the date beyond a day, with seconds within ten minutes. */
export function wallFormat({ from, to }: { from: number; to: number }): (milliseconds: number) => string {
  const span = to - from;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const date = { month: 'short', day: 'numeric' } as const;
  const parts =
    span > 86_400_000
      ? { ...date, ...clock }
      : span < 600_000
        ? { ...clock, second: '2-digit' as const }
        : clock;
  const format = new Intl.DateTimeFormat('en', parts);
  return (milliseconds) => format.format(milliseconds);
}
