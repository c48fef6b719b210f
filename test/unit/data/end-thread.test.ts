import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { endThread } from '../../../core/data/end-thread.ts';

/** A thread of this source, once it runs. */
async function running(source: string): Promise<Worker> {
  const thread = new Worker(`require('node:worker_threads').parentPort.postMessage('here'); ${source}`, {
    eval: true,
  });
  await once(thread, 'message');
  return thread;
}

/** How a thread ended: 0 by itself, 1 where it was terminated. */
async function endOf(thread: Worker): Promise<number> {
  const exit = once(thread, 'exit');
  await endThread(thread);
  return (await exit)[0];
}

test('a thread that has nothing left to do ends by itself', async () => {
  const thread = await running('setTimeout(() => {}, 50)');
  expect(await endOf(thread)).toBe(0);
  // Once more, it has ended.
  await endThread(thread);
});

test('a thread that goes on all the same is terminated', async () => {
  expect(await endOf(await running('setInterval(() => {}, 1000)'))).toBe(1);
});

test('one whose last act fails has ended', async () => {
  const thread = await running("setTimeout(() => { throw new Error('at last'); }, 50)");
  const failed = once(thread, 'error');
  await endThread(thread);
  expect((await failed)[0]).toMatchObject({ message: 'at last' });
});
