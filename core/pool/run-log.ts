import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { logLine } from '../contract/methods.ts';

type LogLine = z.infer<typeof logLine>;

/** `log.txt` of a run: one line per event, `<time> <level> <text>`. */
export class RunLog {
  readonly #path: string;

  /** @param folder `runs/<id>` */
  constructor(folder: string) {
    this.#path = join(folder, 'log.txt');
  }

  /** A log that cannot be written never stops a training. */
  write(level: LogLine['level'], text: string): void {
    const time = new Date().toISOString();
    const lines = text.split('\n').map((line) => `${time} ${level} ${line}\n`);
    try {
      mkdirSync(join(this.#path, '..'), { recursive: true });
      appendFileSync(this.#path, lines.join(''));
    } catch {
      // The run's metrics and state are in the store; the log is a courtesy.
    }
  }

  /** Oldest first; empty where there is none. */
  read(tail = Number.POSITIVE_INFINITY): LogLine[] {
    const lines = this.#text()
      .split('\n')
      .filter((line) => line !== '');
    return lines.slice(-Math.min(tail, lines.length)).map(parseLine);
  }

  #text(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch {
      return '';
    }
  }
}

function parseLine(line: string): LogLine {
  const [time = '', level = '', ...words] = line.split(' ');
  const known = logLine.shape.level.safeParse(level);
  return known.success
    ? { time, level: known.data, text: words.join(' ') }
    : { time: '', level: 'info', text: line };
}
