import type { Worker } from 'node:worker_threads';

/** Milliseconds that a thread is waited for. */
const patience = 1000;

/**
 * Waits for the end of a thread that has nothing left to do, or was told that it has. A thread that ends by itself is amid
 * no native call, as one that is terminated may be; terminated is only what goes on all the same.
 */
export async function endThread(thread: Worker): Promise<void> {
  // It has ended already.
  if (thread.threadId === -1) return;
  const ended = new Promise((resolve) => thread.once('exit', resolve));
  const impatience = setTimeout(() => void thread.terminate(), patience);
  await ended;
  clearTimeout(impatience);
}
