import { expect, test } from 'vitest';
import { Pacer } from '../../../core/train/pacer.ts';

/** Amounts of the calls in which a device does so much, whose calls take so many milliseconds. */
function amounts(pacer: Pacer, much: number, took: (amount: number) => number): number[] {
  const calls: number[] = [];
  for (let done = 0; done < much; done += calls.at(-1) as number) {
    calls.push(pacer.next(much - done));
    pacer.measured(calls.at(-1) as number, took(calls.at(-1) as number));
  }
  return calls;
}

test('a device whose batches take longer than a call should is given whole batches all the same', () => {
  const slow = (amount: number) => 1000 * Math.ceil(amount / 64);
  expect(amounts(new Pacer(64, 65_536), 200, slow)).toEqual([64, 64, 64, 8]);
});

test('a fast device is given more from call to call, up to the largest amount', () => {
  const fast = (amount: number) => amount / 1000;
  expect(amounts(new Pacer(64, 4096), 10_000, fast)).toEqual([64, 256, 1024, 4096, 4096, 464]);
});

test('calls come to last what they should, in whole multiples', () => {
  const pacer = new Pacer(10, 1000);
  expect(amounts(pacer, 500, (amount) => 2 * amount)).toEqual([10, 40, 70, 70, 70, 70, 70, 70, 30]);
});
