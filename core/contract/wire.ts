import type { ErrorJson } from './errors.ts';
import type { EngineEvent, EventBatch, Reply, Request } from './events.ts';

/**
 * How the window reaches the engine in each shell.
 *
 * Browser host: a WebSocket at `socketPath` of the page's own origin. The window sends one `Request` per text message
 * and receives `Reply` and `EventBatch` objects as JSON text.
 *
 * Electron: the preload script exposes a `PreloadWire` as `window.convolab`. Errors do not survive the context bridge
 * as objects, so a failed call resolves to a `Reply` that carries the error as plain data.
 */
export const socketPath = '/socket';

export interface PreloadWire {
  readonly shell: 'electron';
  request(method: string, params: unknown): Promise<Reply>;
  /** Batches of events; returns the way to stop. */
  subscribe(listener: (events: EngineEvent[]) => void): () => void;
  /** Told the present state at once, then every loss and return of the engine; returns the way to stop. */
  onConnection(listener: (connected: boolean) => void): () => void;
  /** Starts an engine that is not there at once, rather than after its pause. */
  reconnect(): void;
  /** Where a chosen or dropped file or folder lies; empty where it lies nowhere. */
  pathOf(file: unknown): string;
}

/** What a shell says to the engine's own process, over Node's channel between parent and child. */
export type EngineCommand = Request | { close: true };

/** What that process says, beyond replies. `active` is the number of runs it has in workers now. */
export type EngineNews = { ready: true } | (EventBatch & { active: number }) | { failed: ErrorJson };
