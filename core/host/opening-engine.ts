import type { EngineEvent } from '../contract/events.ts';
import type { Engine } from '../engine/api.ts';

type Listener = (events: EngineEvent[]) => void;

/**
 * An engine whose data folder may not open yet (a store from a newer version, a disk that is not there). Windows are
 * served all the same: their calls fail with what is in the way, and every call tries again, so that nothing needs to be
 * restarted once the cause is mended.
 */
export class OpeningEngine implements Engine {
  readonly home: string;
  /** Resolves as soon as the data folder is open; never where it is not. */
  readonly opened: Promise<Engine>;
  readonly #create: () => Promise<Engine>;
  readonly #listeners = new Map<Listener, (() => void) | null>();
  readonly #tell: (engine: Engine) => void;
  #engine: Engine | null = null;
  #attempt: Promise<Engine> | null = null;
  #closed: Promise<void> | null = null;

  constructor(home: string, create: () => Promise<Engine>) {
    this.home = home;
    this.#create = create;
    const { promise, resolve } = Promise.withResolvers<Engine>();
    this.opened = promise;
    this.#tell = resolve;
  }

  /** Opens the data folder if it is not open; calls at one time are one attempt. Rejects with what is in the way. */
  async open(): Promise<Engine> {
    if (this.#engine !== null) return this.#engine;
    this.#attempt ??= this.#create().then(
      (engine) => this.#take(engine),
      (thrown: unknown) => {
        this.#attempt = null;
        throw thrown;
      },
    );
    return this.#attempt;
  }

  async call(method: string, params: unknown): Promise<unknown> {
    return (await this.open()).call(method, params);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.set(listener, this.#engine?.subscribe(listener) ?? null);
    return () => {
      this.#listeners.get(listener)?.();
      this.#listeners.delete(listener);
    };
  }

  activeRuns(): readonly string[] {
    return this.#engine?.activeRuns() ?? [];
  }

  close(): Promise<void> {
    this.#closed ??= Promise.resolve(this.#attempt).then(
      (engine) => engine?.close(),
      () => {},
    );
    return this.#closed;
  }

  #take(engine: Engine): Engine {
    this.#engine = engine;
    for (const listener of this.#listeners.keys()) {
      this.#listeners.set(listener, engine.subscribe(listener));
      listener([{ type: 'engine.restarted' }]);
    }
    this.#tell(engine);
    return engine;
  }
}
