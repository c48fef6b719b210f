import type { DatasetWork } from '../contract/datasets.ts';
import type { EngineEvent, MetricPoint } from '../contract/events.ts';
import type { MoveReport } from '../contract/home.ts';
import type { QueueEntry } from '../contract/methods.ts';
import type { RunSummary } from '../contract/runs.ts';

type Listener = (events: EngineEvent[]) => void;
type Status = Extract<EngineEvent, { type: 'status' }>['status'];

/** Milliseconds between two batches: at most ten a second. */
const period = 100;

/**
 * Gathers what changed and hands it on in batches, at most ten a second: of a run's row, the queue, the tasks and the
 * status only the latest state is kept, of metrics every point. With nobody listening it keeps nothing.
 */
export class EventHub {
  readonly #listeners = new Set<Listener>();
  readonly #runs = new Map<string, RunSummary>();
  readonly #removed = new Set<string>();
  #points: MetricPoint[] = [];
  #queue: QueueEntry[] | null = null;
  #work: DatasetWork | null = null;
  #moving: MoveReport | null | undefined = undefined;
  #restarted = false;
  #status: Status | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastFlush = 0;

  /** True while somebody listens; what only listeners need is not computed otherwise. */
  get observed(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  runsChanged(runs: readonly RunSummary[]): void {
    for (const run of runs) this.#runs.set(run.id, run);
    if (runs.length > 0) this.#schedule();
  }

  runsRemoved(runs: readonly string[]): void {
    for (const run of runs) {
      this.#runs.delete(run);
      this.#removed.add(run);
    }
    if (runs.length > 0) this.#schedule();
  }

  metricsAppended(points: readonly MetricPoint[]): void {
    if (points.length === 0 || !this.observed) return;
    for (const point of points) this.#points.push(point);
    this.#schedule();
  }

  queueChanged(entries: readonly QueueEntry[]): void {
    this.#queue = [...entries];
    this.#schedule();
  }

  datasetsChanged(work: DatasetWork): void {
    this.#work = work;
    this.#schedule();
  }

  /** null: the data folder is not being moved any more. */
  homeMoving(report: MoveReport | null): void {
    this.#moving = report;
    this.#schedule();
  }

  /** Everything may be different: windows read it anew. */
  restarted(): void {
    this.#restarted = true;
    this.#schedule();
  }

  status(status: Status): void {
    this.#status = status;
    this.#schedule();
  }

  /** Hands on what is waiting, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastFlush = Date.now();
    const events = this.#take();
    if (events.length === 0) return;
    for (const listener of this.#listeners) listener(events);
  }

  #schedule(): void {
    if (!this.observed) {
      this.#take();
      return;
    }
    if (this.#timer !== null) return;
    const wait = Math.max(0, this.#lastFlush + period - Date.now());
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  #take(): EngineEvent[] {
    const events: EngineEvent[] = [];
    if (this.#removed.size > 0) events.push({ type: 'runs.removed', runs: [...this.#removed] });
    if (this.#runs.size > 0) events.push({ type: 'runs.changed', runs: [...this.#runs.values()] });
    if (this.#points.length > 0) events.push({ type: 'metrics.appended', points: this.#points });
    if (this.#queue !== null) events.push({ type: 'queue.changed', entries: this.#queue });
    if (this.#work !== null) events.push({ type: 'datasets.changed', work: this.#work });
    if (this.#moving !== undefined) events.push({ type: 'home.moving', report: this.#moving });
    if (this.#restarted) events.push({ type: 'engine.restarted' });
    if (this.#status !== null) events.push({ type: 'status', status: this.#status });
    this.#removed.clear();
    this.#runs.clear();
    this.#points = [];
    this.#queue = null;
    this.#work = null;
    this.#moving = undefined;
    this.#restarted = false;
    this.#status = null;
    return events;
  }
}
