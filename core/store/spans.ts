import type { Connection } from './connection.ts';
import { extremes } from './downsample.ts';

/** Points that one span stands for. */
export const spanLength = 64;

/** A point as far as thinning a curve needs it; a value that is not finite is NaN. */
export interface Mark {
  readonly step: number;
  readonly value: number;
}

interface PointRow {
  readonly step: number;
  readonly value: number | null;
}

interface SpanRow {
  readonly first: number;
  readonly last: number;
  readonly least_step: number | null;
  readonly least: number | null;
  readonly greatest_step: number | null;
  readonly greatest: number | null;
  readonly broken_step: number | null;
}

/**
 * Short forms of long curves, so that a million points are drawn without being read. A span stands for 64 points in a
 * row; what is behind the last span is read point by point. Series are named by the keys of run and metric.
 */
export class Spans {
  readonly #statements;
  /** Points written since a series was last looked at; absent where this process has not looked yet. */
  readonly #pending = new Map<string, number>();

  constructor(connection: Connection) {
    this.#statements = prepareAll(connection);
  }

  /** Points were written; `from` is the least step of them that was not behind all others, if any was. */
  noteWritten(run: number, metric: number, count: number, rewrittenFrom: number | null): void {
    const series = `${run} ${metric}`;
    if (rewrittenFrom !== null) this.#statements.removeFrom.run(run, metric, rewrittenFrom);
    const pending = (this.#pending.get(series) ?? 0) + count;
    if (pending >= 2 * spanLength) this.#extend(run, metric);
    else this.#pending.set(series, pending);
  }

  /** Points of a run after a step were removed. */
  noteRemoved(run: number, after: number): void {
    this.#statements.removeAfter.run(run, after);
  }

  /**
   * A curve between two steps, both included, in short: the extremes of each span. null where it has fewer than `least` spans there:
   * read it point by point.
   */
  marks(
    run: number,
    metric: number,
    from: number,
    to: number,
    least: number,
  ): { marks: Mark[]; total: number } | null {
    if (!this.#pending.has(`${run} ${metric}`)) this.#extend(run, metric);
    const spans = this.#statements.inside.all(run, metric, from, to);
    const [head, tail] = [spans[0], spans.at(-1)];
    if (!head || !tail || spans.length < least) return null;
    // The ends are read as points in any case: what is drawn begins and ends where the curve does.
    const before = this.#points(run, metric, from, head.first);
    const after = this.#points(run, metric, tail.last, to);
    const inner = spans.flatMap(marksOf).filter(({ step }) => step > head.first && step < tail.last);
    return {
      marks: [...before, ...inner, ...after],
      total: before.length + spans.length * spanLength + after.length - 2,
    };
  }

  #points(run: number, metric: number, from: number, to: number): Mark[] {
    return this.#statements.points.all(run, metric, from, to).map(markOf);
  }

  /** Makes the spans that are missing behind the last one. */
  #extend(run: number, metric: number): void {
    const last = this.#statements.lastStep.get(run, metric)?.last ?? Number.MIN_SAFE_INTEGER;
    const marks = this.#points(run, metric, last + 1, Number.MAX_SAFE_INTEGER);
    const values = marks.map(({ value }) => value);
    const whole = marks.length - (marks.length % spanLength);
    for (let start = 0; start < whole; start += spanLength) {
      const { least, greatest, broken } = extremes(values, start, start + spanLength);
      const [a, b] = [marks[least], marks[greatest]];
      this.#statements.insert.run(
        run,
        metric,
        (marks[start] as Mark).step,
        (marks[start + spanLength - 1] as Mark).step,
        a?.step ?? null,
        a?.value ?? null,
        b?.step ?? null,
        b?.value ?? null,
        marks[broken]?.step ?? null,
      );
    }
    this.#pending.set(`${run} ${metric}`, marks.length - whole);
  }
}

function markOf({ step, value }: PointRow): Mark {
  return { step, value: value ?? Number.NaN };
}

/** At most three points, in order of steps, each once. */
function marksOf({ least_step, least, greatest_step, greatest, broken_step }: SpanRow): Mark[] {
  const marks = new Map<number, number>();
  if (least_step !== null) marks.set(least_step, least as number);
  if (greatest_step !== null) marks.set(greatest_step, greatest as number);
  if (broken_step !== null) marks.set(broken_step, Number.NaN);
  return [...marks].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
}

function prepareAll(connection: Connection) {
  return {
    insert: connection.prepare<(number | null)[]>(
      'INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    removeFrom: connection.prepare<[number, number, number]>(
      'DELETE FROM spans WHERE run = ? AND metric = ? AND last >= ?',
    ),
    removeAfter: connection.prepare<[number, number]>('DELETE FROM spans WHERE run = ? AND last > ?'),
    lastStep: connection.prepare<[number, number], { last: number }>(
      'SELECT last FROM spans WHERE run = ? AND metric = ? ORDER BY first DESC LIMIT 1',
    ),
    inside: connection.prepare<[number, number, number, number], SpanRow>(`
      SELECT first, last, least_step, least, greatest_step, greatest, broken_step FROM spans
      WHERE run = ? AND metric = ? AND first >= ? AND last <= ? ORDER BY first`),
    points: connection.prepare<[number, number, number, number], PointRow>(
      'SELECT step, value FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ? ORDER BY step',
    ),
  };
}
