import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { unhurried } from '../../../core/backends/webgpu/waiting.ts';

/** Turns of the event loop while something waits, with somebody who never lets it rest, as Dawn does. */
async function turnsDuring(wait: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let next = setImmediate(function again() {
    turns++;
    next = setImmediate(again);
  });
  await wait();
  clearImmediate(next);
  return turns;
}

it('keeps the event loop from turning as fast as it can while an answer is awaited, and only then', async () => {
  const answers = () => Promise.all([unhurried(sleep(100, 'one')), unhurried(sleep(200, 'two'))]);
  // A turn of 1 ms, after shorter ones at first; without naps there are tens of thousands.
  const rested = await turnsDuring(answers);
  expect(rested).toBeLessThan(1500);
  expect(await turnsDuring(() => sleep(200))).toBeGreaterThan(rested);
});

it('hands on answers and failures', async () => {
  expect(await unhurried(sleep(5, 'answer'))).toBe('answer');
  await expect(unhurried(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});
