import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { RunStatus } from '../../core/contract/runs.ts';
import { isGone } from '../../core/store/owners.ts';
import type { Store } from '../../core/store/store.ts';
import { aRun, claimNext, goneOwner, queueRuns, temporaryStore } from '../support/store.ts';

const progress = { epoch: 2.5, step: 250, seconds: 50, imagesPerSecond: 1000 };

/** A new run that has come to this state along lawful ways. */
function runIn(store: Store, status: RunStatus): string {
  const [id = ''] = queueRuns(store, status);
  if (status === 'queued') return id;
  for (const { run } of store.queue.list()) if (run !== id) store.runs.transition(run, 'stopped');
  claimNext(store, store.owners.register());
  if (status !== 'running') store.runs.transition(id, status);
  return id;
}

describe('a run', () => {
  test('is made waiting, with everything it was made of', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const experiment = store.experiments.create('relu or not', { version: 1 });
    const choices = { 'model.options.activation': 'relu' };
    const [id = ''] = store.runs.create(experiment, [
      aRun('relu/seed 3', { seed: 3, choices, epochs: 7, environment: { node: '24', driver: null } }),
    ]);
    expect(store.runs.get(id)).toMatchObject({
      id,
      experimentId: experiment,
      experimentName: 'relu or not',
      name: 'relu/seed 3',
      status: 'queued',
      seed: 3,
      choices,
      epochs: 7,
      epoch: 0,
      best: null,
      bestEpoch: null,
      selectedOnTest: false,
      test: null,
      startedAt: null,
      last: {},
      error: null,
      trashed: false,
    });
    expect(store.runs.setup(id)).toMatchObject({
      config: { name: 'relu/seed 3' },
      environment: { node: '24', driver: null },
      select: { metric: 'validation/accuracy', direction: 'max' },
    });
    expect(store.experiments.get(experiment)).toMatchObject({ config: { version: 1 } });
  });

  test('says so when what is best of it is chosen on the test set', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [id = ''] = store.runs.create(store.experiments.create('e', {}), [
      aRun('r', { select: { metric: 'test/accuracy', direction: 'max' } }),
    ]);
    expect(store.runs.get(id).selectedOnTest).toBe(true);
  });

  test('has its own colour of twenty, given in turn', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const ids = queueRuns(store, ...Array.from({ length: 21 }, (_, index) => `run ${index}`));
    const colours = ids.map((id) => store.runs.get(id).colour);
    expect(new Set(colours.slice(0, 20)).size).toBe(20);
    expect(colours[20]).toBe(colours[0]);
  });

  test('shows where it is, and how long it will still take', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const owner = store.owners.register();
    queueRuns(store, 'a');
    const { run } = claimNext(store, owner);
    expect(store.runs.progress(run, owner, progress)).toBe(true);
    expect(store.runs.get(run)).toMatchObject({ ...progress, status: 'running', etaSeconds: 150 });
  });

  test('unknown to the store is refused by name', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const unknown = expect.objectContaining({ code: 'run.unknown', subject: 'nobody' });
    expect(() => store.runs.get('nobody')).toThrow(unknown);
    expect(() => store.runs.setup('nobody')).toThrow(unknown);
    expect(() => store.runs.transition('nobody', 'stopped')).toThrow(unknown);
    expect(() => store.metrics.series('nobody', 'train/loss')).toThrow(unknown);
    expect(() => store.checkpoints.list('nobody')).toThrow(unknown);
    expect(() => store.runs.trash(['nobody'])).toThrow(unknown);
  });
});

describe('the states of a run', () => {
  const states: RunStatus[] = ['queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'];
  const lawful: Partial<Record<RunStatus, RunStatus[]>> = {
    queued: ['paused', 'stopped', 'failed'],
    running: ['queued', 'paused', 'finished', 'stopped', 'failed', 'interrupted'],
    paused: ['queued', 'stopped'],
    finished: ['queued'],
    stopped: ['queued'],
    failed: ['queued'],
    interrupted: ['queued', 'stopped'],
  };

  test.each(states)('from %s lead to those that make sense, and to no other', (from) => {
    for (const to of states) {
      if (to === 'running') continue;
      using temporary = temporaryStore();
      const { store } = temporary;
      const id = runIn(store, from);
      const move = () => store.runs.transition(id, to);
      if (lawful[from]?.includes(to)) {
        move();
        expect(store.runs.get(id).status).toBe(to);
      } else {
        expect(move).toThrow(expect.objectContaining({ code: 'run.state', subject: id }));
        expect(store.runs.get(id).status).toBe(from);
      }
    }
  });

  test('keep start and end times, and the error of a failure until it is tried again', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const id = runIn(store, 'running');
    const error = { code: 'train.non-finite' as const, message: 'The loss is NaN.', subject: 'C1' };
    store.runs.transition(id, 'failed', error);
    const failed = store.runs.get(id);
    expect(failed.error).toEqual(error);
    expect(failed.startedAt).not.toBeNull();
    expect(failed.endedAt).not.toBeNull();
    store.runs.transition(id, 'queued');
    expect(store.runs.get(id)).toMatchObject({ error: null, endedAt: null, startedAt: failed.startedAt });
  });
});

describe('the owner of a run', () => {
  test('being gone makes it read interrupted, before anybody has cleaned up', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    queueRuns(store, 'a');
    const { run } = claimNext(store, goneOwner(store));
    expect(store.runs.get(run)).toMatchObject({ status: 'interrupted', etaSeconds: null });
    expect(store.runs.list()[0]?.status).toBe('interrupted');
    store.runs.transition(run, 'queued');
    expect(store.runs.get(run).status).toBe('queued');
  });

  test('being gone frees runs and devices when another engine cleans up, and nothing of the living', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [lost = '', alive = ''] = queueRuns(store, 'lost', 'alive');
    claimNext(store, goneOwner(store));
    const owner = store.owners.register();
    claimNext(store, owner);
    expect(store.leases.used('cpu')).toBe(2);
    expect(store.reclaim()).toEqual([lost]);
    expect(store.leases.used('cpu')).toBe(1);
    expect(store.runs.get(lost)).toMatchObject({ status: 'interrupted', endedAt: expect.any(String) });
    expect(store.runs.get(alive).status).toBe('running');
    expect(store.runs.ownedBy(owner)).toEqual([alive]);
    expect(store.reclaim()).toEqual([]);
  });

  test('learns by its heartbeat, and by its progress, that it has lost its runs', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const owner = store.owners.register();
    queueRuns(store, 'a');
    const { run } = claimNext(store, owner);
    expect(store.owners.beat(owner)).toBe(true);
    store.owners.remove(owner);
    expect(store.owners.beat(owner)).toBe(false);
    expect(store.runs.progress(run, owner, progress)).toBe(false);
    expect(store.runs.get(run).step).toBe(0);
  });

  test('is gone when its process is, or when it has been silent too long to be the same one', () => {
    const here = hostname();
    const now = 1_000_000_000;
    const dead = 2 ** 31 - 2;
    expect(isGone({ pid: process.pid, host: here, heartbeat: now - 120_000 }, now)).toBe(false);
    expect(isGone({ pid: process.pid, host: here, heartbeat: now - 3_600_000 }, now)).toBe(true);
    expect(isGone({ pid: dead, host: here, heartbeat: now }, now)).toBe(true);
    expect(isGone({ pid: dead, host: 'elsewhere', heartbeat: now - 5000 }, now)).toBe(false);
    expect(isGone({ pid: process.pid, host: 'elsewhere', heartbeat: now - 120_000 }, now)).toBe(true);
  });

  test('is told what others ask of its runs, until it has done it', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const owner = store.owners.register();
    queueRuns(store, 'a', 'b');
    const { run } = claimNext(store, owner);
    store.runs.request(run, 'pause');
    expect(store.runs.requests(owner)).toEqual([{ run, request: 'pause' }]);
    store.runs.transition(run, 'paused');
    expect(store.runs.requests(owner)).toEqual([]);
  });
});

describe('the list of runs', () => {
  test('is in the order in which they were made, without those in the trash', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = '', c = ''] = queueRuns(store, 'a', 'b', 'c');
    store.runs.transition(b, 'stopped');
    store.runs.trash([b]);
    expect(store.runs.list().map(({ id }) => id)).toEqual([a, c]);
    expect(store.runs.list({ trashed: true })).toMatchObject([{ id: b, trashed: true }]);
    store.runs.restore([b]);
    expect(store.runs.list().map(({ id }) => id)).toEqual([a, b, c]);
  });

  test('tells what changed since one last looked', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = ''] = queueRuns(store, 'a', 'b');
    const first = store.runs.changedSince(0);
    expect(first.runs.map(({ id }) => id)).toEqual([a, b]);
    expect(store.runs.changedSince(first.revision).runs).toEqual([]);
    store.runs.annotate(b, { notes: 'look here' });
    const second = store.runs.changedSince(first.revision);
    expect(second.runs).toMatchObject([{ id: b, notes: 'look here' }]);
    store.metrics.append([{ run: a, metric: 'train/loss', step: 1, epoch: 1, seconds: 1, value: 2 }]);
    expect(store.runs.changedSince(second.revision).runs).toMatchObject([
      { id: a, last: { 'train/loss': 2 } },
    ]);
    store.runs.transition(b, 'stopped');
    store.runs.delete([b]);
    store.runs.annotate(a, { tags: ['x'] });
    expect(store.runs.changedSince(second.revision).runs).toMatchObject([{ id: a, tags: ['x'] }]);
    expect(store.runs.ids()).toEqual([a]);
  });

  test('shows the same last values whether it is long or short', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const ids = queueRuns(store, ...Array.from({ length: 30 }, (_, index) => `run ${index}`));
    const point = { step: 1, epoch: 1, seconds: 1 };
    store.metrics.append(ids.map((run, index) => ({ run, metric: 'train/loss', value: index, ...point })));
    expect(store.runs.list().map(({ last }) => last['train/loss'])).toEqual(ids.map((_, index) => index));
    expect(store.runs.get(ids[7] as string).last).toEqual({ 'train/loss': 7 });
  });
});

describe('the user', () => {
  test('renames, colours, tags and annotates, each without touching the others', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [id = ''] = queueRuns(store, 'a');
    store.runs.annotate(id, { name: 'mine', tags: ['good'] });
    expect(store.runs.annotate(id, { notes: 'n', colour: 13 })).toMatchObject({
      name: 'mine',
      tags: ['good'],
      notes: 'n',
      colour: 13,
    });
  });

  test('gets a run back from the trash with everything that it had', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const run = runIn(store, 'finished');
    store.runs.annotate(run, { name: 'kept', tags: ['a', 'b'], notes: 'as it was', colour: 7 });
    const before = store.runs.get(run);
    store.runs.trash([run]);
    store.runs.restore([run]);
    expect(store.runs.get(run)).toEqual(before);
  });

  test('cannot trash or delete what waits or trains', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [done = '', waiting = ''] = queueRuns(store, 'done', 'waiting');
    store.runs.transition(done, 'stopped');
    const refused = expect.objectContaining({ code: 'run.state', subject: waiting, hint: 'Stop it first.' });
    expect(() => store.runs.trash([waiting])).toThrow(refused);
    expect(() => store.runs.delete([done, waiting])).toThrow(refused);
    expect(store.runs.ids()).toEqual([done, waiting]);
  });

  test('deletes a run with all that hangs on it, and no other', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [a = '', b = ''] = queueRuns(store, 'a', 'b');
    for (const run of [a, b]) {
      store.metrics.append([{ run, metric: 'train/loss', step: 1, epoch: 1, seconds: 1, value: 1 }]);
      store.checkpoints.record(run, { epoch: 1, step: 1, path: 'p', bytes: 1, sha256: 's' });
      store.runs.transition(run, 'stopped');
    }
    store.runs.delete([a]);
    expect(() => store.runs.get(a)).toThrow(/There is no run/);
    expect(store.metrics.names(b)).toEqual(['train/loss']);
    expect(store.checkpoints.list(b)).toHaveLength(1);
  });

  test('trains a run further, under a changed configuration', () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const id = runIn(store, 'finished');
    store.runs.extend(id, 15, { epochs: 15 });
    store.runs.transition(id, 'queued');
    expect(store.runs.get(id)).toMatchObject({ epochs: 15, status: 'queued' });
    expect(store.runs.setup(id).config).toEqual({ epochs: 15 });
  });
});
