import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import { endThread } from '../end-thread.ts';
import type { OnDeriving } from './make.ts';
import type { Reference } from './section.ts';
import type { Tasks, ThreadJob, ThreadMessage } from './worker.ts';

export interface OpenOptions {
  /** Gives the work up; what it has made so far is removed. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnDeriving | undefined;
}

/**
 * Does a task in a thread of its own, since opening what a set is derived from may take seconds already.
 * @throws what the task throws; the signal's reason
 */
export function inThread<T extends keyof Tasks>(
  task: T,
  reference: Reference,
  home: string,
  { signal, onProgress }: OpenOptions = {},
): Promise<Tasks[T]> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const job: ThreadJob = { task, reference, home };
    const thread = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job });
    let making: string | undefined;
    const end = async (over: Promise<unknown>, settle: () => void) => {
      signal?.removeEventListener('abort', abort);
      await over;
      settle();
    };
    const giveUp = async () => {
      if (making !== undefined) await rm(making, { recursive: true, force: true });
      reject(signal?.reason);
    };
    const abort = () => void end(thread.terminate(), () => void giveUp());
    signal?.addEventListener('abort', abort);
    thread.on('message', (message: ThreadMessage) => {
      if (message.type === 'begun') making = message.folder;
      else if (message.type === 'progress') onProgress?.(...message.of);
      else if (message.type === 'done')
        void end(endThread(thread), () => resolve(message.result as Tasks[T]));
      else void end(endThread(thread), () => reject(ConvolabError.fromJSON(message.error)));
    });
    thread.on('error', (error) => void end(endThread(thread), () => reject(error)));
  });
}
