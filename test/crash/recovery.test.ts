import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Survey } from '../../core/backends/webgpu/adapters.ts';
import { StatusMeter } from '../../core/engine/status.ts';
import type { RecoveryOptions } from '../../core/pool/recovery.ts';
import { RunLog } from '../../core/pool/run-log.ts';
import { type Faults, failingWorker, faultsVariable } from '../support/failing-gpu/faults.ts';
import { openPool, type PoolStand } from '../support/pool.ts';
import { temporaryFolder } from '../support/project.ts';
import { installBars, tinyExperiment } from '../support/training.ts';
import { useSoftwareVulkan, vulkanMissing } from '../support/vulkan.ts';

/** Experiments that ask for a GPU are taken only where one can be seen. */
const missing = vulkanMissing();
const because = missing ? ` (skipped: ${missing})` : '';

let home: ReturnType<typeof temporaryFolder>;
const stands: PoolStand[] = [];
/** What was promised to be tried again at once. */
const atOnce: RecoveryOptions = { delays: [10, 10] };

const gpu = (id: string) => ({
  id,
  name: `GPU ${id}`,
  backend: 'vulkan',
  software: false,
  options: [],
  powerPreference: 'high-performance' as const,
  facts: null,
  absence: null,
});
const surveyOf = (...ids: string[]): Survey => ({ adapters: ids.map(gpu), absence: null });

function failWith(kind: Faults['kind'], ...afterSteps: number[]): void {
  const faults: Faults = { kind, afterSteps, tally: join(home.path, 'workers') };
  writeFileSync(faults.tally, '');
  process.env[faultsVariable] = JSON.stringify(faults);
}

async function open(recovery: RecoveryOptions, survey = surveyOf('gpu:0')): Promise<PoolStand> {
  const stand = await openPool(home.path, { worker: failingWorker, recovery, survey: async () => survey });
  stands.push(stand);
  return stand;
}

/** 29 steps an epoch, a checkpoint after each. */
const experiment = (changes: object = {}) =>
  tinyExperiment({ backend: 'gpu', train: { epochs: 3 }, ...changes });

async function begin(stand: PoolStand, changes?: object): Promise<string> {
  const [run = ''] = await stand.queue(experiment(changes));
  return run;
}

const rests = ({ status }: { status: string }) => status !== 'queued' && status !== 'running';
const workersSoFar = () => readFileSync(join(home.path, 'workers'), 'utf8').length;
const logOf = (run: string) => new RunLog(join(home.path, 'runs', run)).read().map(({ text }) => text);

/** What a run came to, bit for bit. */
function curves({ store }: PoolStand, run: string) {
  return ['validation/loss', 'validation/accuracy', 'test/loss', 'test/accuracy'].map((metric) => {
    const { steps, values } = store.metrics.series(run, metric);
    return { metric, steps, values };
  });
}

beforeAll(useSoftwareVulkan);
beforeEach(() => {
  home = temporaryFolder();
  installBars(home.path, { train: 600, test: 100 });
});
afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
  home.remove();
});

describe.skipIf(missing)(`a run whose GPU fails${because}`, () => {
  test.each([
    ['is lost', 'lost', atOnce, 'The GPU was lost'],
    ['crashes its process', 'crash', atOnce, 'SIGSEGV'],
    // Long enough that a worker on a busy machine is not taken for one that hangs.
    ['hangs', 'hang', { ...atOnce, patience: { setUp: 120, work: 10 } }, 'no progress for 10 s'],
  ] as const)(
    'because it %s goes on in another process from its last checkpoint, to the same numbers',
    async (_, kind, recovery, said) => {
      const stand = await open(recovery);
      failWith(kind);
      const undisturbed = await begin(stand);
      await stand.until(undisturbed, rests);
      // Amid the first epoch, the second and the last.
      failWith(kind, 12, 40, 10);
      const run = await begin(stand);
      const summary = await stand.until(run, rests);
      expect(summary).toMatchObject({ status: 'finished', error: null, device: 'gpu:0' });
      expect(curves(stand, run)).toEqual(curves(stand, undisturbed));
      expect(logOf(run).filter((text) => text.includes(said))).toHaveLength(3);
      expect(stand.store.leases.used('gpu:0')).toBe(0);
    },
  );

  test('over and over without getting on is given up with its checkpoints, and goes on with the CPU when told to', async () => {
    const stand = await open(atOnce);
    failWith('lost', 40, 0, 0, 0, 0);
    const run = await begin(stand);
    const { status, error } = await stand.until(run, rests);
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      code: 'device.lost',
      hint: expect.stringContaining(`npx convolab resume ${run} --backend cpu`),
    });
    expect(workersSoFar()).toBe(3);
    await stand.ask('runs.resume', { run, backend: 'cpu' });
    const finished = await stand.until(run, rests);
    expect(finished).toMatchObject({ status: 'finished', device: 'cpu' });
    expect(logOf(run)).toContainEqual(expect.stringContaining('Going on from step 29 on'));
  });

  test.each(['pause', 'stop'] as const)(
    'can be left (%s) while it waits for another try',
    async (request) => {
      const stand = await open({ delays: [3_600_000] });
      failWith('lost', 40);
      const run = await begin(stand);
      while (!logOf(run).some((text) => text.includes('A new worker'))) await sleep(20);
      stand.store.runs.request(run, request);
      stand.pool.look();
      const { status, error } = stand.store.runs.get(run);
      expect([status, error]).toEqual([request === 'pause' ? 'paused' : 'stopped', null]);
      expect(stand.pool.active).toEqual([]);
      expect(stand.store.leases.used('gpu:0')).toBe(0);
    },
  );
});

describe.skipIf(missing)(`GPUs${because}`, () => {
  test('each take one run, side by side, and the next run the first that comes free', async () => {
    failWith('hang');
    const stand = await open({}, surveyOf('gpu:0', 'gpu:1'));
    const runs = await stand.queue(experiment({ seeds: [1, 2, 3], train: { epochs: 1_000_000 } }));
    const [first = '', second = '', third = ''] = runs;
    await stand.until(second, ({ step }) => step > 0);
    const devices = () => stand.store.queue.list().map(({ device }) => device);
    expect(devices()).toEqual(['gpu:0', 'gpu:1', null]);
    expect(new StatusMeter(stand.store, stand.pool).measure().device).toBe('gpu:0, gpu:1');
    expect(stand.pool.workerPid(first)).not.toBe(stand.pool.workerPid(second));
    stand.store.runs.request(first, 'stop');
    stand.pool.look();
    await stand.until(third, ({ status }) => status === 'running');
    expect(stand.store.runs.get(third).device).toBe('gpu:0');
  });

  test('that are gone when a run’s turn comes fail it with the reason', async () => {
    const absence = { reason: 'It was unplugged.', help: 'Plug it in.' };
    const stand = await open({}, { adapters: [], absence });
    const run = await begin(stand);
    const { status, error } = await stand.until(run, rests);
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      code: 'device.unavailable',
      message: expect.stringContaining('unplugged'),
      hint: expect.stringContaining('Plug it in.'),
    });
  });
});
