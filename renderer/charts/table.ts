import { type CsvCell, toCsv } from './csv.ts';
import type { Plot } from './plot.ts';

/** The numbers of a chart, one row per point: what is behind the picture, for reading, for exporting and for screen readers. */
export interface PlotTable {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly CsvCell[])[];
}
export type TableColumn = 'line' | 'x' | 'value' | 'smoothed' | 'low' | 'high' | 'runs';

/** Points in view, line by line. Smoothed values and bands get columns only where there are any. */
export function plotTable(plot: Plot): PlotTable {
  const smoothed = plot.lines.some((line) => line.raw !== line.shown);
  const banded = plot.lines.some((line) => line.band);
  const columns: TableColumn[] = ['line', 'x', 'value'];
  if (smoothed) columns.push('smoothed');
  if (banded) columns.push('low', 'high', 'runs');
  const rows: CsvCell[][] = [];
  for (const line of plot.lines) {
    for (let i = 0; i < line.x.length; i++) {
      const x = line.x[i] as number;
      if (x < plot.x.from || x > plot.x.to) continue;
      const row: CsvCell[] = [line.label, x, line.raw[i] as number];
      if (smoothed) row.push(line.shown[i] as number);
      if (banded)
        row.push(line.band?.low[i] ?? null, line.band?.high[i] ?? null, line.band?.count[i] ?? null);
      rows.push(row);
    }
  }
  return { columns, rows };
}

/** The table as CSV, with `x` named by what it counts and `value` by its metric. */
export function plotCsv(plot: Plot, names: { x: string; value: string }): string {
  const { columns, rows } = plotTable(plot);
  const header = columns.map((column) => (column === 'x' || column === 'value' ? names[column] : column));
  return toCsv(header, rows);
}
