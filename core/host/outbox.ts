import type { EngineEvent, MetricPoint } from '../contract/events.ts';
import type { RunSummary } from '../contract/runs.ts';

/** Points of curves kept for a window that does not keep up, before it is told to read everything anew. */
const maximumWaitingPoints = 50_000;

/**
 * Events on their way to one window. One batch is under way at a time; what happens meanwhile is merged (of a run's row,
 * the queue, the tasks and the status only the latest), so a slow window costs a bounded amount of memory and never holds up
 * the engine or another window.
 */
export class Outbox {
  readonly #send: (events: EngineEvent[], sent: () => void) => void;
  #busy = false;
  #waiting: EngineEvent[] = [];

  /** `send` passes a batch on and calls `sent` once it has left this process. */
  constructor(send: (events: EngineEvent[], sent: () => void) => void) {
    this.#send = send;
  }

  push(events: readonly EngineEvent[]): void {
    this.#waiting = this.#busy ? merge([...this.#waiting, ...events]) : [...this.#waiting, ...events];
    this.#next();
  }

  #next(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#send(batch, () => {
      this.#busy = false;
      this.#next();
    });
  }
}

/** The same news in at most one event of a kind; `engine.restarted` alone where that would be too much. */
export function merge(events: readonly EngineEvent[]): EngineEvent[] {
  const runs = new Map<string, RunSummary>();
  const removed = new Set<string>();
  const latest = new Map<EngineEvent['type'], EngineEvent>();
  let points: MetricPoint[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'engine.restarted':
        return [event];
      case 'runs.changed':
        for (const run of event.runs) {
          runs.set(run.id, run);
          removed.delete(run.id);
        }
        break;
      case 'runs.removed':
        for (const run of event.runs) {
          runs.delete(run);
          removed.add(run);
        }
        break;
      case 'metrics.appended':
        points = points.concat(event.points);
        if (points.length > maximumWaitingPoints) return [{ type: 'engine.restarted' }];
        break;
      case 'queue.changed':
      case 'datasets.changed':
      case 'home.moving':
      case 'status':
        latest.set(event.type, event);
    }
  }
  const merged: EngineEvent[] = [];
  if (removed.size > 0) merged.push({ type: 'runs.removed', runs: [...removed] });
  if (runs.size > 0) merged.push({ type: 'runs.changed', runs: [...runs.values()] });
  if (points.length > 0) merged.push({ type: 'metrics.appended', points });
  return [...merged, ...latest.values()];
}
