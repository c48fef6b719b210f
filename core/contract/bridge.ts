import type { EngineEvent } from './events.ts';
import type { MethodName, Params, Result } from './methods.ts';

/** What the window holds of the engine, whichever shell carries it (`window.convolab` under Electron). */
export interface Bridge {
  readonly shell: 'electron' | 'browser';
  /** Rejects with a `ConvolabError`. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Batches of events; returns the way to stop. */
  subscribe(listener: (events: EngineEvent[]) => void): () => void;
  /** Told on every loss and return of the connection to the engine. */
  onConnection(listener: (connected: boolean) => void): () => void;
  /** Tries again at once, rather than after the pause that failures in a row bring; nothing while there is a connection. */
  reconnect(): void;
  /** Where a chosen or dropped file or folder lies on the engine's machine; null in a browser, which is not told. */
  pathOf(file: unknown): string | null;
}
