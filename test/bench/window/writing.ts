import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Finding, quantile } from './finding.ts';
import { heapBytes, type Session } from './session.ts';

const script = fileURLToPath(new URL('./writer.ts', import.meta.url));

/** A process that writes points of running runs, at a rate or as fast as it can. */
class Writer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(home: string, rate: number) {
    this.#child = spawn(process.execPath, [script, home, String(rate)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!this.#child.stdout) throw new Error('The writer says nothing.');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Its next line: first the ids of its runs, then how many rows it has written so far. */
  async next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The writer has ended.');
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}

/** Rows written per second by one process while a window shows them and reads what it shows. */
export async function measureWriting(session: Session, home: string, seconds: number): Promise<Finding[]> {
  await using writer = new Writer(home, Number.POSITIVE_INFINITY);
  const runs = (await writer.next()).split(',');
  await session.compare(runs);
  const rates: number[] = [];
  let [written, at] = [Number(await writer.next()), performance.now()];
  const end = at + 1000 * seconds;
  const reading = readAll(session, runs, end);
  while (performance.now() < end) {
    const now = Number(await writer.next());
    rates.push((1000 * (now - written)) / (performance.now() - at));
    [written, at] = [now, performance.now()];
  }
  await reading;
  return [
    {
      what: 'rows written per second while being read, p10 of the seconds',
      measured: quantile(rates, 0.1),
      wanted: 50_000,
      unit: 'rows/s',
      atLeast: true,
    },
  ];
}

async function readAll(session: Session, runs: string[], end: number): Promise<void> {
  while (performance.now() < end) {
    await session.call('runs.series', { runs, metrics: ['train/loss'], maxPoints: 2000 });
  }
}

/** Points that four training runs hand over in an hour: 5 a second of 3 metrics each. */
const pointsOfAnHour = 4 * 3600 * 5 * 3;

/** What the window's memory grows by while the points of an hour come in, many times as fast. */
export async function measureMemory(session: Session, home: string, seconds: number): Promise<Finding[]> {
  const rate = Math.ceil(pointsOfAnHour / seconds);
  await using writer = new Writer(home, rate);
  const runs = (await writer.next()).split(',');
  await session.compare(runs);
  const before = await heapBytes(session.page);
  let written = 0;
  while (written < pointsOfAnHour) written = Number(await writer.next());
  const after = await heapBytes(session.page);
  return [
    {
      what: 'growth of memory over the points of an hour',
      measured: (after - before) / 1e6,
      wanted: 50,
      unit: 'MB',
    },
  ];
}
