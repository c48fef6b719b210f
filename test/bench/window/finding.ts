/** One figure, beside the one that is wanted. */
export interface Finding {
  readonly what: string;
  readonly measured: number;
  /** Wanted: at most this, or where `atLeast` at least. */
  readonly wanted: number;
  readonly unit: 'ms' | 'MB' | 'rows/s' | 'faults' | 'of all';
  readonly atLeast?: boolean;
}

export function isGood({ measured, wanted, atLeast = false }: Finding): boolean {
  return atLeast ? measured >= wanted : measured <= wanted;
}

/** The value below which this share of the sample lies (nearest rank). */
export function quantile(sample: readonly number[], share: number): number {
  if (sample.length === 0) return Number.NaN;
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number;
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** `what  measured  wanted  verdict`, aligned. */
export function writeFindings(findings: readonly Finding[]): string[] {
  const rows = findings.map((finding) => [
    finding.what,
    writeFigure(finding.measured, finding.unit),
    `${finding.atLeast ? '>=' : '<='} ${writeFigure(finding.wanted, finding.unit)}`,
    isGood(finding) ? 'good' : 'MISSED',
  ]);
  const table = [['measure', 'measured', 'wanted', ''], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) =>
    [
      row[0]?.padEnd(widths[0] ?? 0),
      row[1]?.padStart(widths[1] ?? 0),
      row[2]?.padStart(widths[2] ?? 0),
      row[3],
    ].join('  '),
  );
}

function writeFigure(value: number, unit: Finding['unit']): string {
  if (unit === 'of all') return `${Math.round(100 * value)}%`;
  const digits = unit === 'MB' ? 1 : 0;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })} ${unit}`;
}
