import { afterEach, beforeEach, expect, test } from 'vitest';
import { cpuSlotsSetting } from '../../core/pool/pool.ts';
import { openPool, type PoolStand } from '../support/pool.ts';
import { temporaryFolder } from '../support/project.ts';
import { installBars, tinyExperiment } from '../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
const stands: PoolStand[] = [];

async function open(cores: number): Promise<PoolStand> {
  const stand = await openPool(home.path, { cores });
  stands.push(stand);
  return stand;
}

beforeEach(() => {
  home = temporaryFolder();
  installBars(home.path, { train: 600, test: 100 });
});
afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
  home.remove();
});

/** Trains until it is stopped; its batches could keep six cores busy. */
const endless = (seeds: readonly number[]) =>
  tinyExperiment({ seeds, backend: 'cpu', train: { epochs: 1_000_000, batchSize: 96 } } as never);

const running = ({ store }: PoolStand) => store.queue.list().filter(({ status }) => status === 'running');

test.each([1, 2, 3])(
  '%i runs share the CPU side by side, each in a process and a slot of its own',
  async (slots) => {
    const stand = await open(6);
    stand.store.settings.set({ [cpuSlotsSetting]: slots });
    const runs = await stand.queue(endless([1, 2, 3, 4]));
    const [last = ''] = runs.slice(slots - 1);
    await stand.until(last, ({ step }) => step > 0);
    expect(running(stand).map(({ run }) => run)).toEqual(runs.slice(0, slots));
    expect(stand.store.leases.used('cpu')).toBe(6);
    const processes = runs.slice(0, slots).map((run) => stand.pool.workerPid(run));
    expect(new Set(processes).size).toBe(slots);
    stand.store.runs.request(last, 'stop');
    stand.pool.look();
    const next = runs[slots] as string;
    await stand.until(next, ({ status }) => status === 'running');
    expect(running(stand)).toHaveLength(slots);
  },
);

test('two pools on one home share the cores of the machine between them, and oversubscribe none', async () => {
  const [one, other] = [await open(4), await open(4)];
  one.store.settings.set({ [cpuSlotsSetting]: 2 });
  const runs = await one.queue(endless([1, 2, 3, 4]));
  other.pool.look();
  await one.until(runs[1] as string, ({ step }) => step > 0);
  const active = [...one.pool.active, ...other.pool.active];
  expect(active.sort()).toEqual(runs.slice(0, 2).sort());
  expect(one.store.leases.used('cpu')).toBe(4);
});

test('more runs than cores train side by side where that is asked for, a thread each', async () => {
  const stand = await open(2);
  stand.store.settings.set({ [cpuSlotsSetting]: 4 });
  const runs = await stand.queue(endless([1, 2, 3, 4, 5]));
  for (const run of runs.slice(0, 4)) await stand.until(run, ({ step }) => step > 0);
  expect(running(stand).map(({ run }) => run)).toEqual(runs.slice(0, 4));
  expect(stand.store.leases.used('cpu')).toBe(4);
});
