import type { EngineEvent } from '../contract/events.ts';

/** The engine as a shell holds it: in the same process (browser host, command line) or behind a pipe (Electron). */
export interface Engine {
  readonly home: string;
  /** Validates parameters against the contract's method table; throws `ConvolabError`. */
  call(method: string, params: unknown): Promise<unknown>;
  /** Batches of events, at most ten a second; returns the way to stop. */
  subscribe(listener: (events: EngineEvent[]) => void): () => void;
  /** Runs that this engine has in workers now. */
  activeRuns(): readonly string[];
  /** Checkpoints what runs and leaves it paused, ends every worker, releases leases, closes the store. Idempotent. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Data folder; created when missing. Throws `home.unwritable`. */
  home: string;
  /** False: this engine only reads and queues, and runs nothing itself (listing commands). */
  runJobs?: boolean;
  /**
   * The runs that this engine is there for, null while they are not known yet: once all of them rest it begins no other.
   * Left out, it is there for all.
   */
  following?: () => readonly string[] | null;
  /** Threads per run; by default as many as the cores and its batches allow. */
  threads?: number;
}
