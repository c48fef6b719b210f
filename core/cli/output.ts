import { ConvolabError } from '../contract/errors.ts';

/** A column of a table: its heading, and what a row has there. */
export interface Column<T> {
  readonly heading: string;
  readonly right?: boolean;
  value(row: T): string;
}

/** Standard output: for people, or with `--json` one compact object per line and nothing else. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** True where progress can be drawn over itself. */
  get animated(): boolean {
    return !this.json && process.stdout.isTTY === true;
  }

  /** A line for people. */
  text(line = ''): void {
    if (!this.json) process.stdout.write(`${line}\n`);
  }

  /** A line for programs. */
  object(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  table<T>(columns: readonly Column<T>[], rows: readonly T[]): void {
    for (const line of formatTable(columns, rows)) this.text(line);
  }

  /** What should be known, on standard error: with `--json` too, standard output being for results. */
  warning(text: string): void {
    process.stderr.write(`convolab: warning: ${text}\n`);
  }

  /** What went wrong: to standard error for people, and with `--json` as an object as well. Returns the exit code. */
  failure(thrown: unknown): number {
    const error = ConvolabError.from(thrown);
    this.object({ error: error.toJSON() });
    const lines = [`convolab: ${error.message}`];
    const issues = error.issues ?? [];
    if (issues.length > 1)
      lines.push(...issues.map(({ path, message }) => `  ${path ? `${path}: ` : ''}${message}`));
    if (error.hint) lines.push(error.hint);
    process.stderr.write(`${lines.join('\n')}\n`);
    return error.exitCode;
  }
}

/** Columns as wide as their widest entry, two spaces apart. */
export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string[] {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map((column) => column.value(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)));
  return cells.map((line) =>
    line
      .map((cell, i) => (columns[i]?.right ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
