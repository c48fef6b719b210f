import type { EngineEvent } from '../../core/contract/events.ts';
import type { Engine } from '../../core/engine/api.ts';

/** An engine that answers every call with what it was asked, for tests of what lies between it and a window. */
export class RecordingEngine implements Engine {
  readonly home = '';
  readonly calls: { method: string; params: unknown }[] = [];
  readonly #listeners = new Set<(events: EngineEvent[]) => void>();
  /** What a call does; by default it gives its own method and parameters back. */
  handle: (method: string, params: unknown) => unknown = (method, params) => ({ method, params });

  async call(method: string, params: unknown): Promise<unknown> {
    this.calls.push({ method, params });
    return this.handle(method, params);
  }

  subscribe(listener: (events: EngineEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  emit(events: EngineEvent[]): void {
    for (const listener of this.#listeners) listener(events);
  }

  activeRuns(): readonly string[] {
    return [];
  }

  async close(): Promise<void> {}
}
