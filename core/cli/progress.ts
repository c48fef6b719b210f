import type { RunSummary } from '../contract/runs.ts';
import { duration, metricValue, percent, whole } from './format.ts';
import type { Output } from './output.ts';

/** Shows runs on their way. */
export interface ProgressView {
  update(runs: readonly RunSummary[]): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

/** Bars on a terminal, a line per event elsewhere, objects with `--json`. */
export function createProgress(output: Output): ProgressView {
  return output.animated ? new Bars() : new Lines(output);
}

const barWidth = 24;
/** Milliseconds between two drawings, and two JSON lines of one run. */
const drawEvery = 100;
const objectEvery = 1000;

/** One line per run, drawn over itself. */
class Bars implements ProgressView {
  #drawn = 0;
  #latest: readonly RunSummary[] = [];
  #timer: NodeJS.Timeout | null = null;

  update(runs: readonly RunSummary[]): void {
    this.#latest = runs;
    this.#timer ??= setTimeout(() => this.#draw(), drawEvery);
  }

  end(): void {
    this.#draw();
  }

  #draw(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const width = Math.max(...this.#latest.map(({ name }) => name.length));
    const columns = process.stdout.columns || 120;
    const lines = this.#latest.map((run) => barLine(run, width).slice(0, columns - 1));
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    process.stdout.write(up + lines.map((line) => `\u001b[2K${line}\n`).join(''));
    this.#drawn = lines.length;
  }
}

/** `relu/seed 1  ████████░░░░  epoch 2/3  36,412 images/s  loss 0.0412  accuracy 98.71%  best 98.60%  ETA 8 s` */
export function barLine(run: RunSummary, nameWidth: number): string {
  const done = Math.min(1, run.epoch / run.epochs);
  const filled = Math.round(done * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const parts = [
    run.name.padEnd(nameWidth),
    bar,
    `epoch ${Math.min(run.epochs, Math.floor(run.epoch) + 1)}/${run.epochs}`,
  ];
  if (run.status === 'running') {
    parts.push(`${whole(run.imagesPerSecond)} images/s`, ...figures(run), `ETA ${duration(run.etaSeconds)}`);
  } else if (run.status === 'queued') parts.push('waiting');
  else parts.push(run.status, ...figures(run), `in ${duration(run.seconds)}`);
  return parts.join('  ');
}

function figures({ last, best, bestMetric, test }: RunSummary): string[] {
  const parts = [
    `loss ${metricValue('loss', last['train/loss'])}`,
    `accuracy ${percent(last['train/accuracy'])}`,
  ];
  if (best !== null) parts.push(`best ${metricValue(bestMetric, best)}`);
  if (test !== null) parts.push(`test ${percent(test)}`);
  return parts;
}

/** A line where a run changes state or ends an epoch; with `--json` also how it goes, once a second. */
class Lines implements ProgressView {
  readonly #output: Output;
  readonly #seen = new Map<string, { state: string; time: number }>();

  constructor(output: Output) {
    this.#output = output;
  }

  update(runs: readonly RunSummary[]): void {
    for (const run of runs) this.#show(run);
  }

  end(): void {}

  #show(run: RunSummary): void {
    const state = `${run.status} ${run.last['test/loss']}`;
    const before = this.#seen.get(run.id);
    const now = performance.now();
    const changed = before?.state !== state;
    const due = this.#output.json && run.status === 'running' && now - (before?.time ?? 0) >= objectEvery;
    if (!changed && !due) return;
    this.#seen.set(run.id, { state, time: now });
    this.#output.object({ event: 'progress', ...progressOf(run) });
    this.#output.text(plainLine(run));
  }
}

function progressOf(run: RunSummary) {
  const { id, name, status, epoch, epochs, step, imagesPerSecond, etaSeconds, last, best } = run;
  return { id, name, status, epoch, epochs, step, imagesPerSecond, etaSeconds, last, best };
}

function plainLine(run: RunSummary): string {
  const { name, status, epoch, epochs } = run;
  const parts = [`${name}: ${status}`];
  if (epoch > 0) parts.push(`epoch ${Math.floor(epoch)}/${epochs}`, ...figures(run));
  if (status === 'running' && run.imagesPerSecond !== null) {
    parts.push(`${whole(run.imagesPerSecond)} images/s`, `ETA ${duration(run.etaSeconds)}`);
  }
  if (run.error !== null) parts.push(run.error.message);
  return parts.join(', ');
}
