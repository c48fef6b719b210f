import type { ErrorJson } from './errors.ts';
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
}

/**
 * What Electron's preload puts at `window.convolab`. Errors cross as values: its context bridge keeps of a rejection
 * nothing but the message. The window wraps this into a `Bridge`.
 */
export interface PreloadBridge {
  readonly shell: 'electron';
  request(method: string, params: unknown): Promise<{ result: unknown } | { error: ErrorJson }>;
  subscribe(listener: (events: EngineEvent[]) => void): () => void;
  onConnection(listener: (connected: boolean) => void): () => void;
}

/**
 * Where the browser host takes WebSockets, on the page's own origin. The one-time token of the printed URL
 * (`/?token=...`) is exchanged for a session cookie before the page loads, so the page itself never handles it.
 * Text frames: `Request` up, `Reply` and `EventBatch` down.
 */
export const socketPath = '/socket';
/** Close code of a socket whose session cookie is missing or over: reconnecting is pointless, a new link is needed. */
export const socketUnauthorized = 4401;
