import { expect, test } from 'vitest';
import type { EngineEvent, EngineStatus } from '../../../core/contract/events.ts';
import type { RunSummary } from '../../../core/contract/runs.ts';
import { merge, Outbox } from '../../../core/host/outbox.ts';

const run = (id: string, epoch: number) => ({ id, epoch }) as RunSummary;
const changed = (...runs: RunSummary[]): EngineEvent => ({ type: 'runs.changed', runs });
const status = (queued: number): EngineEvent => ({ type: 'status', status: { queued } as EngineStatus });
const points = (count: number): EngineEvent => ({
  type: 'metrics.appended',
  points: Array.from({ length: count }, (_, step) => ({
    run: 'a',
    metric: 'train/loss',
    step,
    epoch: 0,
    seconds: 0,
    value: 1,
  })),
});

/** A window that takes a batch only when the test says so. */
function slowWindow() {
  const batches: EngineEvent[][] = [];
  const waiting: (() => void)[] = [];
  const outbox = new Outbox((events, sent) => {
    batches.push(events);
    waiting.push(sent);
  });
  return { outbox, batches, take: () => waiting.shift()?.() };
}

test('one batch is under way at a time; what happens meanwhile goes in one', () => {
  const { outbox, batches, take } = slowWindow();
  outbox.push([changed(run('a', 1))]);
  outbox.push([changed(run('a', 2))]);
  outbox.push([changed(run('a', 3), run('b', 1))]);
  expect(batches).toHaveLength(1);
  take();
  expect(batches[1]).toEqual([changed(run('a', 3), run('b', 1))]);
  take();
  expect(batches).toHaveLength(2);
});

test('a window that keeps up sees every batch as it came', () => {
  const { outbox, batches, take } = slowWindow();
  for (const batch of [[status(1)], [status(2)]]) {
    outbox.push(batch);
    take();
  }
  expect(batches).toEqual([[status(1)], [status(2)]]);
});

test('rows, queue and status keep their latest state, curves every point', () => {
  expect(merge([points(2), status(1), changed(run('a', 1)), points(1), status(2)])).toEqual([
    changed(run('a', 1)),
    { type: 'metrics.appended', points: [...pointsOf(points(2)), ...pointsOf(points(1))] },
    status(2),
  ]);
});

test('a run that went away stays away, and one that came back is there', () => {
  const removed: EngineEvent = { type: 'runs.removed', runs: ['a'] };
  expect(merge([changed(run('a', 1)), removed])).toEqual([removed]);
  expect(merge([removed, changed(run('a', 2))])).toEqual([changed(run('a', 2))]);
});

test('a window far behind is told to read everything anew, and holds no more than that', () => {
  const { outbox, batches, take } = slowWindow();
  outbox.push([status(0)]);
  for (let i = 0; i < 200; i++) outbox.push([points(1000)]);
  take();
  expect(batches[1]?.[0]).toEqual({ type: 'engine.restarted' });
  expect(JSON.stringify(batches[1]).length).toBeLessThan(10_000_000);
});

function pointsOf(event: EngineEvent) {
  return event.type === 'metrics.appended' ? event.points : [];
}
