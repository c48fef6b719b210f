import type { MetricPoint } from '../contract/events.ts';
import type { RunSummary } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import type { EventHub } from './events.ts';

/** The last step of a run of which points were told, with the metrics that had one there. */
interface Told {
  step: number;
  metrics: ReadonlySet<string>;
}

/**
 * Turns what changed in the store, whoever changed it, into events: this engine's workers, its handlers, and other
 * engines and command lines alike. So there is one way by which a window learns anything.
 */
export class Changes {
  readonly #store: Store;
  readonly #events: EventHub;
  #revision: number;
  readonly #told = new Map<string, Told>();
  #known: ReadonlySet<string>;
  #queue: string;

  constructor(store: Store, events: EventHub) {
    this.#store = store;
    this.#events = events;
    const { revision, runs } = store.runs.changedSince(0);
    this.#revision = revision;
    for (const run of runs) if (run.status === 'running') this.#told.set(run.id, toldUpTo(run.step));
    this.#known = new Set(store.runs.ids());
    this.#queue = JSON.stringify(store.queue.list());
  }

  /** Looks at the store and tells what is new since the last look. */
  look(): void {
    const { revision, runs } = this.#store.runs.changedSince(this.#revision);
    this.#revision = revision;
    this.#events.runsChanged(runs);
    for (const run of runs) this.#events.metricsAppended(this.#newPoints(run));
    this.#lookForRemoved();
    this.#lookAtQueue();
  }

  #newPoints({ id, step, status }: RunSummary): MetricPoint[] {
    const told = this.#told.get(id) ?? (status === 'running' ? toldUpTo(0) : null);
    // A run that rests, and was not seen running, has nothing new: someone renamed it.
    if (told === null || status === 'queued') return [];
    // A resumed run goes back to its checkpoint, and is told again from there.
    const from = Math.min(told.step, step);
    const points = this.#store.metrics
      .after(id, from - 1)
      .filter((point) => point.step > from || !told.metrics.has(point.metric));
    const last = points.reduce((most, point) => Math.max(most, point.step), from);
    const metrics = points.filter((point) => point.step === last).map(({ metric }) => metric);
    this.#told.set(id, {
      step: last,
      metrics: new Set([...(last === told.step ? told.metrics : []), ...metrics]),
    });
    return points;
  }

  #lookForRemoved(): void {
    const ids = new Set(this.#store.runs.ids());
    const removed = [...this.#known].filter((id) => !ids.has(id));
    for (const id of removed) this.#told.delete(id);
    this.#events.runsRemoved(removed);
    this.#known = ids;
  }

  #lookAtQueue(): void {
    const entries = this.#store.queue.list();
    const queue = JSON.stringify(entries);
    if (queue === this.#queue) return;
    this.#queue = queue;
    this.#events.queueChanged(entries);
  }
}

function toldUpTo(step: number): Told {
  return { step, metrics: new Set() };
}
