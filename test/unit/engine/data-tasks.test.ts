import { describe, expect, test } from 'vitest';
import type { DatasetWork } from '../../../core/contract/datasets.ts';
import { ConvolabError } from '../../../core/contract/errors.ts';
import { DataTasks, type Watched } from '../../../core/engine/data-tasks.ts';
import { EventHub } from '../../../core/engine/events.ts';

/** Tasks, what was told of them, and work that goes on until it is stopped. */
function begin() {
  const events = new EventHub();
  const told: DatasetWork[] = [];
  events.subscribe((batch) => {
    for (const event of batch) if (event.type === 'datasets.changed') told.push(event.work);
  });
  const untilStopped = ({ signal }: Watched) =>
    new Promise<never>((_, reject) => {
      const stop = () => reject(new ConvolabError('download.stopped', `Stopped: ${String(signal.reason)}`));
      signal.addEventListener('abort', stop);
    });
  return { tasks: new DataTasks(events), events, told, untilStopped };
}

const halfway = {
  phase: 'downloading',
  file: 'a.gz',
  bytesDone: 50,
  bytesTotal: 100,
  bytesPerSecond: 10,
  etaSeconds: 5,
};

describe('a download', () => {
  test('is told while it goes on, and vanishes when it is done', async () => {
    const { tasks, events, told } = begin();
    await tasks.run('mnist', 'download', async ({ onProgress }) => {
      onProgress(halfway);
      events.flush();
    });
    events.flush();
    expect(told[0]).toMatchObject({
      tasks: [{ name: 'mnist', kind: 'download', state: 'running', ...halfway }],
    });
    expect(told.at(-1)?.tasks).toEqual([]);
  });

  test('that is paused stays with what it had, without a rate, and can be started again', async () => {
    const { tasks, untilStopped } = begin();
    const stopped = tasks.run('mnist', 'download', (watched) => {
      watched.onProgress(halfway);
      return untilStopped(watched);
    });
    stopped.catch(() => undefined);
    await Promise.resolve();
    await tasks.abort('mnist', 'pause');
    expect(tasks.list()).toMatchObject([
      { state: 'paused', bytesDone: 50, bytesPerSecond: null, error: null },
    ]);
    expect(await tasks.run('mnist', 'download', async () => 'done')).toBe('done');
    expect(tasks.list()).toEqual([]);
  });

  test('that is cancelled is gone, running or paused', async () => {
    const { tasks, untilStopped } = begin();
    tasks.run('mnist', 'download', untilStopped).catch(() => undefined);
    await Promise.resolve();
    await tasks.abort('mnist', 'cancel');
    expect(tasks.list()).toEqual([]);
    tasks.remember('mnist', 'download', 10, 100);
    await tasks.abort('mnist', 'cancel');
    expect(tasks.list()).toEqual([]);
  });

  test('that fails says why until it is taken up again', async () => {
    const { tasks } = begin();
    const fault = new ConvolabError('download.failed', 'No answer.', { hint: 'Try later.' });
    await expect(tasks.run('mnist', 'download', () => Promise.reject(fault))).rejects.toBe(fault);
    expect(tasks.list()).toMatchObject([
      { state: 'failed', error: { code: 'download.failed', message: 'No answer.', hint: 'Try later.' } },
    ]);
  });
});

test('work that was done before anyone was told of it is told by the revision; a look is not', async () => {
  const { tasks, events, told } = begin();
  await tasks.run('mnist', 'import', async () => {});
  events.flush();
  expect(told).toEqual([{ tasks: [], revision: 1 }]);
  await tasks.run('mnist', 'survey', async () => {});
  events.flush();
  expect(told.at(-1)).toEqual({ tasks: [], revision: 1 });
});

test('asked for twice is done once', async () => {
  const { tasks } = begin();
  let times = 0;
  const work = async () => ++times;
  const both = await Promise.all([tasks.run('mnist', 'survey', work), tasks.run('mnist', 'survey', work)]);
  expect(both).toEqual([1, 1]);
});

test('two that write to one data set are never let at it together', async () => {
  const { tasks, untilStopped } = begin();
  tasks.run('mnist', 'download', untilStopped).catch(() => undefined);
  await Promise.resolve();
  expect(() => tasks.run('mnist', 'import', async () => 'imported')).toThrow(/being fetched/);
  expect(await tasks.run('cifar-10', 'import', async () => 'imported')).toBe('imported');
  await tasks.close();
});
