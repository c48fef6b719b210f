import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../core/contract/events.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { openStore } from '../../../core/store/store.ts';
import { parseExperiment, type RunConfig, runAsExperiment } from '../../../core/train/experiment.ts';
import { temporaryFolder } from '../../support/project.ts';
import { ask, installBars, tinyExperiment, untilRun, untilStatus } from '../../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
const engines: Engine[] = [];

/** An engine that is closed when the test ends. */
async function open(options: { runJobs?: boolean } = {}): Promise<Engine> {
  const engine = await createEngine({ home: home.path, threads: 1, ...options });
  engines.push(engine);
  return engine;
}

async function start(engine: Engine, changes: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  return (await ask(engine, 'experiments.create', { config: tinyExperiment(changes) })).runs;
}

beforeEach(() => {
  home = temporaryFolder();
  installBars(home.path, { train: 120, test: 30 });
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  home.remove();
});

describe('an engine', () => {
  test('trains an experiment to its end, chosen by validation and counted on the test set', async () => {
    const engine = await open();
    const [run = ''] = await start(engine);
    const summary = await untilStatus(engine, run, 'finished');
    expect(summary).toMatchObject({
      name: 'tiny/seed 1',
      epoch: 3,
      step: 15,
      bestMetric: 'validation/accuracy',
      selectedOnTest: false,
      testCount: 30,
      error: null,
    });
    expect(summary.test).toBe((summary.testCorrect ?? 0) / 30);
    const detail = await ask(engine, 'runs.get', { run });
    expect(detail.metrics).toEqual(
      expect.arrayContaining(['train/loss', 'train/rate', 'validation/accuracy', 'test/loss']),
    );
    expect(detail.environment).toMatchObject({
      app: expect.any(String),
      datasetHash: expect.stringMatching(/^\w{64}$/),
    });
    const confusion = await ask(engine, 'runs.confusion', { run });
    expect(confusion?.counts.flat().reduce((sum, cell) => sum + cell, 0)).toBe(30);
    const log = await ask(engine, 'runs.log', { run });
    expect(log.at(-1)).toMatchObject({ level: 'info', text: 'Finished.' });
  });

  test('keeps the best and the last checkpoint, and only those', async () => {
    const engine = await open();
    const [run = ''] = await start(engine, { train: { epochs: 8, optimizer: { type: 'sgd', lr: 0.0001 } } });
    await untilStatus(engine, run, 'finished');
    const { checkpoints, summary } = await ask(engine, 'runs.get', { run });
    expect(checkpoints.length).toBeLessThanOrEqual(2);
    expect(checkpoints.find(({ best }) => best)?.epoch).toBe(summary.bestEpoch);
    expect(checkpoints.find(({ last }) => last)?.epoch).toBe(8);
  });

  test('trains waiting runs in the order of the queue, and one that fails stops none', async () => {
    const engine = await open();
    const [first = '', second = ''] = await start(engine, { seeds: [1, 2] });
    const [bad = ''] = await start(engine, { train: { optimizer: { type: 'sgd', lr: 1e38 } } });
    const [last = ''] = await start(engine);
    await ask(engine, 'queue.move', { run: last, position: 0 }).catch(() => undefined);
    for (const run of [first, second, last])
      await untilRun(engine, run, ({ status }) => status === 'finished');
    for (;;) {
      const { summary } = await ask(engine, 'runs.get', { run: bad });
      if (summary.status === 'failed') {
        expect(summary.error).toMatchObject({ code: 'train.non-finite', subject: 'OUT' });
        break;
      }
      expect(['queued', 'running']).toContain(summary.status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { values } = (await ask(engine, 'runs.series', { runs: [bad], metrics: ['train/loss'] }))[0] ?? {
      values: [],
    };
    expect(values.at(-1)).toBeNull();
    expect(await ask(engine, 'queue.list', {})).toEqual([]);
  });

  test('pauses and stops a run that waits, at once', async () => {
    const engine = await open({ runJobs: false });
    const [first = '', second = ''] = await start(engine, { seeds: [1, 2] });
    await ask(engine, 'runs.pause', { run: first });
    await ask(engine, 'runs.stop', { run: second });
    const statuses = (await ask(engine, 'runs.list', {})).map(({ status }) => status);
    expect(statuses).toEqual(['paused', 'stopped']);
    await expect(ask(engine, 'runs.extend', { run: first, epochs: 1 })).rejects.toMatchObject({
      code: 'run.state',
    });
    await ask(engine, 'runs.resume', { run: first });
    expect(await ask(engine, 'queue.list', {})).toMatchObject([{ run: first, status: 'queued' }]);
    await expect(ask(engine, 'runs.resume', { run: first })).rejects.toMatchObject({ code: 'run.state' });
  });

  test('stops a run within moments, and keeps what was measured', async () => {
    const engine = await open();
    const [run = ''] = await start(engine, { train: { epochs: 100_000 } });
    await untilRun(engine, run, ({ best }) => best !== null);
    await ask(engine, 'runs.stop', { run });
    const { best, last } = await untilStatus(engine, run, 'stopped');
    expect(best).not.toBeNull();
    expect(last['test/accuracy']).toBeGreaterThanOrEqual(0);
    expect(engine.activeRuns()).toEqual([]);
  });

  test('has runs judged by the whole test set in another process, alone and as a committee', async () => {
    const engine = await open();
    const runs = await start(engine, { seeds: [1, 2] });
    for (const run of runs) await untilStatus(engine, run, 'finished');
    const { test, testCorrect } = await untilStatus(engine, runs[0] as string, 'finished');
    const alone = await ask(engine, 'runs.judge', { runs: runs.slice(0, 1) });
    expect(alone).toMatchObject({ count: 30, views: 1, accuracy: test, correct: testCorrect });
    expect(alone.wrong).toHaveLength(30 - (testCorrect ?? 0));
    const together = await ask(engine, 'runs.judge', { runs, views: 'flips' });
    expect(together).toMatchObject({ count: 30, views: 2, columns: runs.map((run) => ({ run })) });
    expect(together.classes).toHaveLength(10);
    await expect(ask(engine, 'runs.judge', { runs: ['nobody'] })).rejects.toThrow('nobody');
  });

  test('trains a finished run for more epochs from its last checkpoint', async () => {
    const engine = await open();
    const [run = ''] = await start(engine, { train: { epochs: 2 } });
    const [whole = ''] = await start(engine, { train: { epochs: 5 } });
    await untilStatus(engine, run, 'finished');
    await ask(engine, 'runs.extend', { run, epochs: 3 });
    const extended = await untilRun(engine, run, ({ status, epoch }) => status === 'finished' && epoch === 5);
    const other = await untilStatus(engine, whole, 'finished');
    expect(extended).toMatchObject({ epochs: 5, step: 25, testCorrect: other.testCorrect });
    const losses = await ask(engine, 'runs.series', { runs: [run, whole], metrics: ['validation/loss'] });
    expect(losses[0]?.values).toEqual(losses[1]?.values);
  });

  test('goes on with a run only on the data that it began with', async () => {
    const engine = await open();
    const [run = ''] = await start(engine);
    await untilStatus(engine, run, 'finished');
    installBars(home.path, { train: 140, test: 30 });
    await ask(engine, 'runs.extend', { run, epochs: 1 });
    await expect(untilStatus(engine, run, 'finished')).rejects.toThrow('dataset.missing');
    installBars(home.path, { train: 120, test: 30 });
    await ask(engine, 'runs.resume', { run });
    expect(await untilStatus(engine, run, 'finished')).toMatchObject({ epoch: 4 });
  });

  test('repeats a run with other seeds, alike in all else', async () => {
    const engine = await open({ runJobs: false });
    const [run = ''] = await start(engine, { grid: { 'train.batchSize': [10, 20] } });
    const { runs } = await ask(engine, 'runs.repeat', { run, seeds: [5, 6] });
    const details = await Promise.all([run, ...runs].map((id) => ask(engine, 'runs.get', { run: id })));
    const [original, ...repeated] = details.map(({ config }) => config as RunConfig);
    expect(repeated.map(({ seed, name }) => [seed, name])).toEqual([
      [5, '10/seed 5'],
      [6, '10/seed 6'],
    ]);
    for (const config of repeated) expect({ ...config, seed: 1, name: original?.name }).toEqual(original);
  });

  test('deletes runs with their files, and refuses one that waits', async () => {
    const engine = await open();
    const [run = ''] = await start(engine, { train: { epochs: 1 } });
    await untilStatus(engine, run, 'finished');
    expect((await ask(engine, 'runs.get', { run })).diskBytes).toBeGreaterThan(0);
    await ask(engine, 'runs.delete', { runs: [run] });
    await expect(ask(engine, 'runs.get', { run })).rejects.toMatchObject({
      code: 'run.unknown',
      subject: run,
    });
  });

  test('asks for nothing that would fail every run', async () => {
    const engine = await open();
    await expect(start(engine, { backend: 'gpu' })).rejects.toMatchObject({ code: 'device.unavailable' });
    await expect(start(engine, { dataset: { validation: 120 } })).rejects.toMatchObject({
      code: 'spec.invalid',
      issues: [{ path: 'dataset.validation' }],
    });
    writeFileSync(join(home.path, 'datasets', 'mnist', 't10k-images-idx3-ubyte'), 'broken');
    await expect(start(engine)).rejects.toMatchObject({ code: 'dataset.damaged' });
    expect(await ask(engine, 'runs.list', {})).toEqual([]);
  });

  test('says what is wrong with a call', async () => {
    const engine = await open({ runJobs: false });
    await expect(engine.call('runs.lst', {})).rejects.toMatchObject({
      code: 'method.unknown',
      message: expect.stringContaining('runs.list'),
    });
    await expect(engine.call('runs.get', { rum: 'x' })).rejects.toMatchObject({
      code: 'argument.invalid',
      issues: [{ path: 'run', message: expect.any(String) }],
    });
    await expect(engine.call('__proto__', {})).rejects.toMatchObject({ code: 'method.unknown' });
  });
});

describe('an experiment on its way to a start', () => {
  test('is validated with everything that the form shows', async () => {
    const engine = await open({ runJobs: false });
    const config = tinyExperiment({ seeds: [1, 2], train: { epochs: 3, schedule: { type: 'cosine' } } });
    const validation = await ask(engine, 'experiments.validate', { config });
    expect(validation).toMatchObject({
      ok: true,
      issues: [],
      model: { parameters: 7850 },
      secondsPerEpoch: null,
    });
    expect(validation.runs.map(({ name }) => name)).toEqual(['tiny/seed 1', 'tiny/seed 2']);
    expect(validation.course?.followsMetric).toBe(false);
    // Three epochs of five steps: the last of them still trains.
    const rates = validation.course?.rates ?? [];
    expect(rates).toHaveLength(15);
    expect(rates[0]).toBe(0.01);
    expect(rates.at(-1)).toBeCloseTo(0.005 * (1 + Math.cos((14 / 15) * Math.PI)), 12);
    const again = await ask(engine, 'experiments.validate', { text: validation.yaml ?? '' });
    expect(again.config).toEqual(validation.config);
  });

  test('is not ok with any fault, syntax included, and never throws', async () => {
    const engine = await open({ runJobs: false });
    const wrong = await ask(engine, 'experiments.validate', { config: { ...tinyExperiment(), seeds: [] } });
    expect(wrong).toMatchObject({ ok: false, issues: [{ path: 'seeds' }], runs: [] });
    const broken = await ask(engine, 'experiments.validate', { text: 'name: [' });
    expect(broken).toMatchObject({ ok: false, issues: [{ message: expect.stringContaining('line 1') }] });
    const model = { file: join(home.path, 'gone.yaml') };
    const gone = await ask(engine, 'experiments.validate', { config: { ...tinyExperiment(), model } });
    expect(gone).toMatchObject({ ok: false, issues: [{ path: 'model.file' }] });
  });

  test('has its model file read in, so that its runs depend on no file', async () => {
    const engine = await open({ runJobs: false });
    const file = join(home.path, 'tiny.json');
    writeFileSync(file, JSON.stringify(tinyExperiment().model.spec));
    const { runs } = await ask(engine, 'experiments.create', {
      config: { ...tinyExperiment(), model: { file } },
    });
    const { config } = await ask(engine, 'runs.get', { run: runs[0] ?? '' });
    expect((config as RunConfig).model).toEqual({ spec: tinyExperiment().model.spec });
  });
});

describe('several engines on one store', () => {
  test('never give out more of a device than there is, and train every run once', async () => {
    const [one, two] = [await open(), await open()];
    const runs = await start(one, { seeds: [1, 2, 3, 4] });
    for (const run of runs) {
      await untilRun(two, run, ({ status }) => {
        const active = [...one.activeRuns(), ...two.activeRuns()];
        expect(new Set(active).size).toBe(active.length);
        expect(active.length).toBeLessThanOrEqual(availableParallelism());
        return status === 'finished';
      });
    }
    const summaries = await ask(two, 'runs.list', {});
    expect(summaries.map(({ step }) => step)).toEqual(runs.map(() => 15));
  });

  test('see each other’s runs live, and can stop them', async () => {
    const [trainer, window] = [await open(), await open({ runJobs: false })];
    const seen: EngineEvent[] = [];
    window.subscribe((events) => seen.push(...events));
    const [run = ''] = await start(trainer, { train: { epochs: 100_000 } });
    await untilRun(window, run, ({ best }) => best !== null);
    await ask(window, 'runs.stop', { run });
    const stopped = await untilStatus(window, run, 'stopped');
    const points = () => seen.flatMap((event) => (event.type === 'metrics.appended' ? event.points : []));
    const told = () =>
      points()
        .filter(({ metric }) => metric === 'test/loss')
        .map(({ step }) => step);
    await expect.poll(() => told().length).toBeGreaterThan(0);
    const [losses] = await ask(window, 'runs.series', {
      runs: [run],
      metrics: ['test/loss'],
      maxPoints: 20_000,
    });
    const toldSoFar = told();
    expect(losses?.steps.slice(0, toldSoFar.length)).toEqual(toldSoFar);
    expect(stopped.step).toBeGreaterThan(0);
  });

  test('tell a window each point once, in order, and the final state', async () => {
    const engine = await open();
    const seen: EngineEvent[] = [];
    engine.subscribe((events) => seen.push(...events));
    const [run = ''] = await start(engine, { train: { epochs: 5 } });
    await untilStatus(engine, run, 'finished');
    const last = () => seen.flatMap((event) => (event.type === 'runs.changed' ? event.runs : [])).at(-1);
    while (last()?.status !== 'finished') await new Promise((resolve) => setTimeout(resolve, 20));
    const points = seen.flatMap((event) => (event.type === 'metrics.appended' ? event.points : []));
    for (const metric of ['train/loss', 'validation/accuracy', 'test/accuracy']) {
      const [series] = await ask(engine, 'runs.series', { runs: [run], metrics: [metric] });
      expect(points.filter((point) => point.metric === metric).map(({ step }) => step)).toEqual(
        series?.steps,
      );
    }
  });
});

describe('a data folder', () => {
  test('that cannot be written is refused by name', async ({ skip }) => {
    if (process.getuid?.() === 0) {
      const file = join(home.path, 'file');
      writeFileSync(file, '');
      await expect(createEngine({ home: join(file, 'home') })).rejects.toMatchObject({
        code: 'home.unwritable',
      });
      return;
    }
    if (process.platform === 'win32') skip('folders have no mode there');
    const closed = join(home.path, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    await expect(createEngine({ home: join(closed, 'home') })).rejects.toMatchObject({
      code: 'home.unwritable',
    });
  });

  test('of a newer version is refused untouched', async () => {
    openStore(home.path).close();
    const path = join(home.path, 'convolab.sqlite');
    const database = new Database(path);
    database.pragma('user_version = 999');
    database.close();
    await expect(createEngine({ home: home.path })).rejects.toMatchObject({ code: 'store.newer' });
  });
});

describe('the command that repeats a run', () => {
  test('of a preset names only what differs', async () => {
    const engine = await open({ runJobs: false });
    const config = {
      ...tinyExperiment({ seeds: [4], name: 'It’s mine' }),
      model: { preset: 'lenet-5', options: { activation: 'relu' } },
    };
    const { runs } = await ask(engine, 'experiments.create', { config });
    const { command } = await ask(engine, 'runs.get', { run: runs[0] ?? '' });
    expect(command).toMatch(/^npx convolab run lenet-5 /);
    expect(command).toContain('--set model.options.activation=relu');
    expect(command).toContain("--set 'seeds=[4]'");
    expect(command).not.toContain('pooling');
  });

  test('of a network of one’s own carries the experiment with it', async () => {
    const engine = await open({ runJobs: false });
    const [run = ''] = await start(engine);
    const { command, config } = await ask(engine, 'runs.get', { run });
    const [, yaml = ''] = /<<'EXPERIMENT'\n([\s\S]*)EXPERIMENT$/.exec(command) ?? [];
    expect(parseExperiment({ text: yaml })).toEqual(runAsExperiment(config as RunConfig));
  });
});
