import { describe, expect, test } from 'vitest';
import { openStore } from '../../core/store/store.ts';
import { aRun, claimNext, queueRuns, temporaryStore } from '../support/store.ts';

const cpu = (share: number) => () => [{ device: 'cpu', share, capacity: 4 }];

describe('the queue', () => {
  test('keeps the order of arrival; running ones stand in front', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a, b, c] = queueRuns(store, 'a', 'b', 'c');
    claimNext(store, store.owners.register());
    expect(store.queue.list()).toEqual([
      { run: a, status: 'running', backend: 'auto', position: -1, device: 'cpu' },
      { run: b, status: 'queued', backend: 'auto', position: 0, device: null },
      { run: c, status: 'queued', backend: 'auto', position: 1, device: null },
    ]);
  });

  test('can be put into another order', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = '', c = ''] = queueRuns(store, 'a', 'b', 'c');
    const order = () => store.queue.list().map(({ run }) => run);
    store.queue.move(c, 0);
    expect(order()).toEqual([c, a, b]);
    store.queue.move(c, 1);
    expect(order()).toEqual([a, c, b]);
    store.queue.move(a, 99);
    expect(order()).toEqual([c, b, a]);
    const [d = ''] = queueRuns(store, 'd');
    expect(order()).toEqual([c, b, a, d]);
  });

  test('does not move what does not wait', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    queueRuns(store, 'a');
    const { run } = claimNext(store, store.owners.register());
    expect(() => store.queue.move(run, 0)).toThrow(
      expect.objectContaining({ code: 'run.state', subject: run }),
    );
  });

  test('puts a run that comes back behind the others', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = ''] = queueRuns(store, 'a', 'b');
    store.runs.transition(a, 'paused');
    store.runs.transition(a, 'queued');
    expect(store.queue.list().map(({ run }) => run)).toEqual([b, a]);
  });

  test('gives out no more of a device than there is', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    queueRuns(store, 'a', 'b', 'c');
    const owner = store.owners.register();
    const first = store.queue.claim(owner, cpu(2));
    expect(store.queue.claim(owner, cpu(2))).toBeDefined();
    expect(store.queue.claim(owner, cpu(2))).toBeUndefined();
    store.leases.release(first?.lease ?? { key: 0, device: '', share: 0 });
    expect(store.queue.claim(owner, cpu(2))).toBeDefined();
  });

  test('lets a run pass those whose device is taken or absent', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const experiment = store.experiments.create('e', {});
    const [, , cpuRun] = store.runs.create(experiment, [
      aRun('absent', { backend: 'gpu:1' }),
      aRun('taken', { backend: 'gpu:0' }),
      aRun('fits', { backend: 'cpu' }),
    ]);
    const owner = store.owners.register();
    store.leases.acquire(owner, { device: 'gpu:0', share: 1, capacity: 1 });
    const claim = store.queue.claim(owner, ({ backend }) =>
      backend === 'gpu:1' ? [] : [{ device: backend, share: 1, capacity: 1 }],
    );
    expect(claim?.run).toBe(cpuRun);
  });

  test('gives a run the first of its devices that has room', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a, b] = queueRuns(store, 'a', 'b', 'c');
    const owner = store.owners.register();
    const either = () => ['gpu:0', 'gpu:1'].map((device) => ({ device, share: 1, capacity: 1 }));
    expect(store.queue.claim(owner, either)).toMatchObject({ run: a, lease: { device: 'gpu:0' } });
    expect(store.queue.claim(owner, either)).toMatchObject({ run: b, lease: { device: 'gpu:1' } });
    expect(store.queue.claim(owner, either)).toBeUndefined();
  });

  test('gives a run to one of two engines, and leases the device for both to see', () => {
    using temporary = temporaryStore();
    const { store, home } = temporary;
    const other = openStore(home);
    queueRuns(store, 'a', 'b');
    const claims = [store, other].map((each) => each.queue.claim(each.owners.register(), cpu(3)));
    expect(claims[0]).toBeDefined();
    expect(claims[1]).toBeUndefined();
    expect(other.leases.used('cpu')).toBe(3);
    other.close();
  });

  test('leaves out what is in the trash', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = ''] = queueRuns(store, 'a');
    store.runs.transition(a, 'stopped');
    store.runs.trash([a]);
    store.runs.transition(a, 'queued');
    expect(store.queue.list()).toEqual([]);
    expect(store.queue.claim(store.owners.register(), cpu(1))).toBeUndefined();
  });
});
