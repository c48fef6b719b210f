import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../core/engine/api.ts';
import { createEngine } from '../../core/engine/engine.ts';
import { decodeSafetensors } from '../../core/export/safetensors.ts';
import { openStore } from '../../core/store/store.ts';
import { isAlive, workerOf } from '../support/processes.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';
import { keepFull, onSmallDisk } from '../support/small-disk.ts';
import { ask, fingerprint, installBars, tinyExperiment, untilRun, untilStatus } from '../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
const engines: Engine[] = [];

async function open(folder = home.path): Promise<Engine> {
  const engine = await createEngine({ home: folder, threads: 1 });
  engines.push(engine);
  return engine;
}

/** LeNet-5 on a few hundred images: long enough to be struck amid an epoch. */
const experiment = tinyExperiment({
  model: { preset: 'lenet-5' },
  train: { epochs: 6 },
  dataset: { validation: 100 },
});

async function start(engine: Engine): Promise<string> {
  const { runs } = await ask(engine, 'experiments.create', { config: experiment });
  return runs[0] ?? '';
}

/** Stands for every bit of every tensor of a run's last checkpoint, velocities included. */
function finalTensors(run: string): string {
  const store = openStore(home.path);
  const { path } = store.checkpoints.find(run, 'last');
  store.close();
  const { tensors } = decodeSafetensors(readFileSync(join(home.path, path)), path);
  return fingerprint(new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array])));
}

/** What a run kept of its epochs: kind, epoch and checksum of every snapshot, each held against its file. */
function snapshotsOf(run: string): string[] {
  const store = openStore(home.path);
  const all = store.snapshots.list(run);
  store.close();
  return all.map(({ kind, epoch, path, sha256 }) => {
    const bytes = readFileSync(join(home.path, path));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    return `${kind} ${epoch} ${sha256}`;
  });
}

beforeEach(() => {
  home = temporaryFolder();
  installBars(home.path, { train: 6000, test: 500 });
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  home.remove();
});

describe('a worker that is killed', () => {
  test('leaves its run interrupted, with a reason and a way on, and the queue goes on', async () => {
    const engine = await open();
    const [run, next] = [await start(engine), await start(engine)];
    await untilRun(engine, run, ({ epoch }) => epoch > 1);
    process.kill(workerOf(home.path, run), 'SIGKILL');
    const { error } = await untilStatus(engine, run, 'interrupted');
    expect(error).toMatchObject({ code: 'worker.lost', message: expect.stringContaining('SIGKILL') });
    await untilStatus(engine, next, 'finished');
  });

  test('costs nothing but time: paused, resumed, killed, resumed, the weights come out bit for bit', async () => {
    const engine = await open();
    const undisturbed = await start(engine);
    await untilStatus(engine, undisturbed, 'finished');
    const run = await start(engine);
    await untilRun(engine, run, ({ step }) => step > 20);
    await ask(engine, 'runs.pause', { run });
    const paused = await untilStatus(engine, run, 'paused');
    expect(paused.step).toBeGreaterThan(20);
    await ask(engine, 'runs.resume', { run });
    await untilRun(engine, run, ({ epoch }) => epoch > 2);
    process.kill(workerOf(home.path, run), 'SIGKILL');
    await untilStatus(engine, run, 'interrupted');
    await ask(engine, 'runs.resume', { run });
    const finished = await untilStatus(engine, run, 'finished');
    expect(finalTensors(run)).toBe(finalTensors(undisturbed));
    expect(snapshotsOf(run)).toEqual(snapshotsOf(undisturbed));
    expect(snapshotsOf(run).length).toBeGreaterThanOrEqual(12);
    const other = (await ask(engine, 'runs.get', { run: undisturbed })).summary;
    expect(finished).toMatchObject({
      step: other.step,
      testCorrect: other.testCorrect,
      last: { 'test/loss': other.last['test/loss'] },
    });
    const [one, two] = await ask(engine, 'runs.series', {
      runs: [run, undisturbed],
      metrics: ['validation/loss'],
    });
    expect(one?.values).toEqual(two?.values);
  });
});

describe('an engine that ends', () => {
  test('leaves its run paused amid the epoch, for another to go on with to the same weights', async () => {
    const first = await open();
    const run = await start(first);
    await untilRun(first, run, ({ epoch }) => epoch > 1);
    await first.close();
    const second = await open();
    const { summary, checkpoints } = await ask(second, 'runs.get', { run });
    expect(summary.status).toBe('paused');
    expect(checkpoints.at(-1)?.step).toBe(summary.step);
    await ask(second, 'runs.resume', { run });
    await untilStatus(second, run, 'finished');
    const undisturbed = await start(second);
    await untilStatus(second, undisturbed, 'finished');
    expect(finalTensors(run)).toBe(finalTensors(undisturbed));
  });

  test('without a word leaves no worker, and its run reads interrupted at the next look, to be resumed', async () => {
    const child = fork(join(projectRoot, 'core', 'engine', 'process.ts'), ['--home', home.path], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    child.send({ id: 1, method: 'experiments.create', params: { config: experiment } });
    const looking = openStore(home.path);
    while ((looking.runs.list()[0]?.epoch ?? 0) <= 1) await sleep(20);
    const run = looking.runs.list()[0]?.id ?? '';
    const worker = workerOf(home.path, run);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(looking.runs.get(run).status).toBe('interrupted');
    looking.close();
    while (isAlive(worker)) await sleep(20);
    const engine = await open();
    await ask(engine, 'runs.resume', { run });
    await untilStatus(engine, run, 'finished');
  });
});

test('a disk that fills up fails the run with a typed error, and with room again it resumes from its checkpoint', async ({
  skip,
}) => {
  await onSmallDisk(skip, 12_000, async (disk) => {
    installBars(disk, { train: 600, test: 100 });
    const engine = await open(disk);
    // Without snapshots, which would fill the disk by themselves.
    const snapshots = { weights: false, predictions: false, health: false };
    const { runs } = await ask(engine, 'experiments.create', {
      config: { ...experiment, train: { epochs: 100_000, batchSize: 20, snapshots } },
    });
    const run = runs[0] ?? '';
    // Past an epoch, not at its end: there its checkpoint is still to be written.
    await untilRun(engine, run, ({ epoch }) => epoch > 1);
    const ballast = join(disk, 'ballast');
    // The store may have no page left to say what happened until there is room again; that the worker has ended is seen.
    const worker = workerOf(disk, run);
    await keepFull(ballast, () => !isAlive(worker));
    rmSync(ballast);
    const { error } = await untilRun(
      engine,
      run,
      ({ status }) => status === 'failed' || status === 'interrupted',
    );
    expect(error?.code).toBe('disk.full');
    const left = readdirSync(join(disk, 'runs', run, 'checkpoints'));
    expect(left.filter((file) => file.endsWith('.tmp'))).toEqual([]);
    await ask(engine, 'runs.resume', { run });
    const before = (await ask(engine, 'runs.get', { run })).summary.epoch;
    expect(before).toBeGreaterThanOrEqual(1);
    await untilRun(engine, run, ({ epoch }) => epoch > before);
    await engine.close();
  });
});
