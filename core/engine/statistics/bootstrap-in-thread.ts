import { Worker } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import type { BootstrapInterval, BootstrapPair } from './bootstrap.ts';

/**
 * `bootstrapIntervals` in a thread of its own: hundreds of thousands of draws never hold up the engine.
 * @throws `engine.unavailable` where the thread ended before it answered
 */
export function bootstrapInThread(pairs: readonly BootstrapPair[]): Promise<BootstrapInterval[]> {
  if (pairs.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./bootstrap-worker.ts', import.meta.url), { workerData: pairs });
    thread.unref();
    thread.on('message', resolve);
    thread.on('error', (cause) => reject(ConvolabError.from(cause)));
    thread.on('exit', () =>
      reject(new ConvolabError('engine.unavailable', 'Working out the bootstrap was interrupted.')),
    );
  });
}
