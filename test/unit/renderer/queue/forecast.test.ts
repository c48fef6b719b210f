import { expect, test } from 'vitest';
import { forecast } from '../../../../renderer/views/queue/forecast.ts';
import { runRow } from '../runs.ts';

const running = (id: string, etaSeconds: number) =>
  runRow({ id, status: 'running', epoch: 1, epochs: 10, seconds: 10, etaSeconds });
const queued = (id: string, changes = {}) =>
  runRow({ id, status: 'queued', epoch: 0, epochs: 10, seconds: 0, ...changes });

test('what waits is done after what stands before it, at the pace of runs like it', () => {
  const queue = [running('a', 90), queued('b'), queued('c', { epochs: 2 })];
  expect([...forecast(queue, queue).values()]).toEqual([
    { left: 90, done: 90 },
    { left: 100, done: 190 },
    { left: 20, done: 210 },
  ]);
});

test('as many go side by side as train now', () => {
  const queue = [running('a', 90), running('b', 40), queued('c'), queued('d', { epochs: 1 })];
  const done = [...forecast(queue, queue).values()].map((one) => one.done);
  expect(done).toEqual([90, 40, 140, 100]);
});

test('the same choices tell more than the same experiment, and a run that has begun tells most of itself', () => {
  const slow = runRow({ id: 's', choices: { lr: 1 }, epoch: 2, seconds: 40 });
  const quick = runRow({ id: 'q', choices: { lr: 2 }, epoch: 2, seconds: 4 });
  const left = (run: ReturnType<typeof runRow>) => forecast([run], [slow, quick]).get(run.id)?.left;
  expect(left(queued('x', { choices: { lr: 1 } }))).toBe(200);
  expect(left(queued('x', { choices: { lr: 3 } }))).toBe(110);
  expect(left(queued('x', { choices: { lr: 1 }, epoch: 5, seconds: 5 }))).toBe(5);
});

test('where nothing is known nothing is said, nor of what comes behind it', () => {
  const stranger = queued('x', { experimentId: 'other' });
  const queue = [running('a', 90), stranger, queued('c')];
  expect([...forecast(queue, queue).values()].map(({ done }) => done)).toEqual([90, null, null]);
});
