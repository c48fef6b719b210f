import type { Connection } from './connection.ts';

/**
 * Tells when another connection (another engine, a command line) has changed the store: SQLite's `data_version` moves
 * with every commit but one's own. Costs one read of shared memory per look.
 * @returns the way to stop; the watch alone keeps no process alive
 */
export function watchStore(connection: Connection, changed: () => void, intervalMs: number): () => void {
  let seen = connection.pragma('data_version');
  const timer = setInterval(() => {
    const now = connection.pragma('data_version');
    if (now === seen) return;
    seen = now;
    changed();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
