import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTrainingSet } from '../../../core/data/derive/open.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../../../core/export/safetensors.ts';
import { openStore } from '../../../core/store/store.ts';
import { cli, type Finished, finish, startCli, trainTiny } from '../../support/cli.ts';
import { fixtures, writeFiles } from '../../support/data/fixtures.ts';
import { temporaryFolder } from '../../support/project.ts';
import { ask, installBars, tinyExperiment, tinyModel } from '../../support/training.ts';
import { useSoftwareVulkan, vulkanMissing } from '../../support/vulkan.ts';

let home: string;
let remove: () => void;
/** The id of a finished run. */
let run: string;
let trained: Finished;

beforeAll(async () => {
  ({ path: home, remove } = temporaryFolder());
  writeFileSync(join(home, 'model.json'), JSON.stringify(tinyModel.spec));
  ({ trained, run } = await trainTiny(home));
});
afterAll(() => remove());

describe('run', () => {
  test('ends with the result as the last line, and prints nothing but objects', () => {
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    const objects = trained.objects();
    expect(objects.at(-1)).toMatchObject({
      runs: [
        { id: expect.any(String), status: 'finished', best: expect.any(Number), test: expect.any(Number) },
      ],
    });
    expect(objects.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true);
  });

  test('prints a plain line per epoch where there is no terminal, and the result in words', async () => {
    const { code, stdout } = await cli(home, ['run', 'tiny.json', '--epochs', '2', '--set', 'name=again']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^again\/seed 1: running$/m);
    expect(stdout).toMatch(/epoch 2\/2, loss [\d.]+, accuracy [\d.]+%/);
    expect(stdout).toMatch(/test accuracy there [\d.]+% \(\d+ of 30\)/);
    expect(stdout).not.toContain('\u001b');
  });

  test('takes an experiment from standard input, and every combination of its grid with every seed', async () => {
    const text = JSON.stringify(
      tinyExperiment({ train: { epochs: 1 }, grid: { 'train.batchSize': [10, 20] }, seeds: [1, 2] }),
    );
    const { code, stdout } = await cli(home, ['run', '-'], text);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^10 .*n = 2/m);
    expect(stdout).toMatch(/^20 .*n = 2/m);
  });

  test('keeps the order of the queue, and says that others go first', async () => {
    using queue = temporaryFolder();
    installBars(queue.path, { train: 120, test: 30 });
    const engine = await createEngine({ home: queue.path, runJobs: false });
    await ask(engine, 'experiments.create', { config: tinyExperiment({ name: 'earlier' }) });
    await engine.close();
    const text = JSON.stringify(tinyExperiment({ name: 'later' }));
    const { code, stdout } = await cli(
      queue.path,
      ['run', '-', '--threads', `${availableParallelism()}`],
      text,
    );
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Another run was asked for earlier and goes first.']);
    const ends = (await cli(queue.path, ['runs', 'list', '--json'])).objects();
    expect(ends.map(({ experiment, status }) => [experiment, status])).toEqual([
      ['earlier', 'finished'],
      ['later', 'finished'],
    ]);
  });

  test.runIf(availableParallelism() > 1)(
    'leaves what it trained for others paused, and says so',
    async () => {
      using queue = temporaryFolder();
      installBars(queue.path, { train: 120, test: 30 });
      const engine = await createEngine({ home: queue.path, runJobs: false });
      const config = tinyExperiment({ name: 'earlier', train: { epochs: 100_000 } });
      const { runs } = await ask(engine, 'experiments.create', { config });
      const { code, stdout } = await cli(
        queue.path,
        ['run', '-', '--threads', '1'],
        JSON.stringify(tinyExperiment()),
      );
      expect([code, stdout]).toEqual([0, expect.stringContaining(`npx convolab resume ${runs[0]}`)]);
      const { summary } = await ask(engine, 'runs.get', { run: runs[0] ?? '' });
      await engine.close();
      expect(summary.status).toBe('paused');
    },
  );

  test('that fails says why, with code 1', async () => {
    const done = await cli(home, ['run', 'tiny.json', '--json', '--set', 'train.optimizer.lr=1e38']);
    expect(done.code).toBe(1);
    expect(done.objects().at(-1)).toMatchObject({
      runs: [{ status: 'failed', error: { code: 'train.non-finite' } }],
    });
  });

  test('waits for a device that another process has, and trains when it is free', async () => {
    using folder = temporaryFolder();
    installBars(folder.path, { train: 120, test: 30 });
    writeFileSync(join(folder.path, 'tiny.json'), JSON.stringify(tinyExperiment()));
    const all = ['--threads', `${availableParallelism()}`];
    const first = startCli(folder.path, ['run', 'tiny.json', '--json', '--epochs', '100000', ...all]);
    const store = openStore(folder.path);
    while ((store.runs.list()[0]?.epoch ?? 0) < 1) await sleep(20);
    const second = startCli(folder.path, ['run', 'tiny.json', '--json', ...all]);
    while (store.runs.list().length < 2) await sleep(20);
    // Long enough for a process that nothing keeps alive to be gone.
    await sleep(1500);
    expect(second.exitCode).toBeNull();
    first.kill('SIGINT');
    expect((await finish(first)).code).toBe(0);
    const done = await finish(second);
    expect(done.code).toBe(0);
    expect(done.objects().at(-1)).toMatchObject({ runs: [{ status: 'finished' }] });
    store.close();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'checkpoints on %s, leaves the run paused and ends with 0; resume goes on',
    async (signal) => {
      const child = startCli(home, [
        'run',
        'tiny.json',
        '--json',
        '--epochs',
        '100000',
        '--set',
        `name=${signal}`,
      ]);
      const store = openStore(home);
      const ours = () => store.runs.list().find(({ experimentName }) => experimentName === signal);
      while ((ours()?.epoch ?? 0) < 1) await sleep(20);
      child.kill(signal);
      const done = await finish(child);
      expect(done.code).toBe(0);
      expect(done.objects().at(-1)).toMatchObject({ runs: [{ status: 'paused' }] });
      const { id = '', step = 0 } = ours() ?? {};
      expect(store.checkpoints.list(id).at(-1)?.step).toBe(step);
      store.runs.extend(
        id,
        Math.ceil(ours()?.epoch ?? 0) + 1,
        shortened(store.runs.setup(id).config, ours()?.epoch ?? 0),
      );
      store.close();
      const resumed = await cli(home, ['resume', id, '--json']);
      expect(resumed.objects().at(-1)).toMatchObject({ runs: [{ id, status: 'finished' }] });
    },
  );
});

/** The same configuration, to end with the epoch after the present one. */
function shortened(config: unknown, epoch: number): unknown {
  const { train, ...rest } = config as { train: object };
  return { ...rest, train: { ...train, epochs: Math.ceil(epoch) + 1 } };
}

describe('bad input is code 2, names the thing, and is one object on standard output with --json', () => {
  test.each([
    [['rnu'], 'argument.invalid', 'did you mean "run"?'],
    [['runs', 'lst'], 'argument.invalid', 'did you mean "runs list"?'],
    [['runs', 'list', '--jsno'], 'argument.invalid', 'did you mean "--json"?'],
    [['run'], 'argument.invalid', 'Something is missing'],
    [['run', 'a', 'b'], 'argument.invalid', '"b" is too much'],
    [['run', 'tiny.json', '--epochs', 'x'], 'argument.invalid', '--epochs'],
    [['run', 'tiny.json', '--epochs'], 'argument.invalid', 'needs a value'],
    [['run', 'lenet5'], 'preset.unknown', 'lenet5'],
    [['run', 'tiny.json', '--set', 'train.epohcs=1'], 'spec.unknown-key', 'train.epohcs'],
    [['run', 'tiny.json', '--backend', 'gpu:1'], 'device.unavailable', 'gpu:1'],
    [['runs', 'show', 'nobody'], 'run.unknown', 'nobody'],
    [['resume', 'nobody'], 'run.unknown', 'nobody'],
    [['evaluate', 'nobody'], 'run.unknown', 'nobody'],
    [['datasets', 'show', 'mnits'], 'dataset.unknown', 'mnits'],
    [['model', 'describe', 'lenet5'], 'preset.unknown', 'lenet5'],
    [['bench', '--nets', 'lenet5'], 'argument.invalid', 'did you mean "lenet-5"?'],
    [['bench', '--peer', 'caffe'], 'argument.invalid', 'caffe'],
  ])('convolab %s', async (words, code, message) => {
    const done = await cli(home, [...words, '--json']);
    expect(done.code).toBe(2);
    expect(done.objects()).toMatchObject([{ error: { code, message: expect.stringContaining(message) } }]);
    expect(done.stderr).toContain(message);
  });

  test('what is wrong with an experiment in a file, by its lines, but for what was given beside it', async () => {
    const lines = [
      'version: 1',
      'name: off',
      'dataset:',
      '  name: mnist',
      '  derive:',
      '    - { type: grey }',
    ];
    lines.push('    - type: resize', '      height: 0', '      width: 4', 'model: { preset: lenet-5 }');
    lines.push('train: { epochs: 1, batchSiez: 3 }', 'grid:', '  train.optimizer.lr: [0.1, x]');
    writeFileSync(join(home, 'off.yaml'), lines.join('\n'));
    const both = await cli(home, ['run', 'off.yaml']);
    expect([both.code, both.stdout]).toEqual([2, '']);
    expect(both.stderr).toMatch(/Lines 8, 11 of off\.yaml\.$/m);
    const one = await cli(home, ['run', 'off.yaml', '--set', 'dataset.derive=[{"type":"resize","width":4}]']);
    expect(one.stderr).toMatch(/dataset\.derive\.0\.height: .* Line 11 of off\.yaml\.$/ms);
  });

  test('bad syntax in a file, by its line', async () => {
    writeFileSync(join(home, 'broken.yaml'), 'version: 1\nname: [\n');
    const { code, stdout, stderr } = await cli(home, ['run', 'broken.yaml']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/broken\.yaml.*line \d/);
  });
});

test('a failure of the world is code 1', async () => {
  writeFileSync(join(home, 'taken'), '');
  const done = await cli(home, ['runs', 'list', '--json', '--home', join(home, 'taken', 'home')]);
  expect(done.code).toBe(1);
  expect(done.objects()).toMatchObject([{ error: { code: 'home.unwritable' } }]);
  expect((await cli(home, ['run', 'gone.yaml'])).code).toBe(1);
});

describe('with --json', () => {
  test('runs list has a line per run, newest last, the id first', async () => {
    const { code, stdout, objects } = await cli(home, ['runs', 'list', '--json']);
    expect(code).toBe(0);
    expect(stdout.startsWith(`{"id":"${run}"`)).toBe(true);
    expect(objects()[0]).toMatchObject({
      id: run,
      name: 'tiny/seed 1',
      status: 'finished',
      bestMetric: 'validation/accuracy',
      bestEpoch: expect.any(Number),
    });
    const times = objects().map(({ createdAt }) => createdAt as string);
    expect(times).toEqual(times.toSorted());
  });

  test('runs list --filter leaves the runs that it fits, by setting and figure', async () => {
    const ids = async (filter: string) =>
      (await cli(home, ['runs', 'list', '--json', '--filter', filter])).objects().map(({ id }) => id);
    expect(await ids('dataset.name = mnist and best >= 0 finished')).toContain(run);
    expect(await ids('dataset.name != mnist or best > 100%')).toEqual([]);
    const faulty = await cli(home, ['runs', 'list', '--json', '--filter', 'dataset.nam = mnist']);
    expect(faulty.code).toBe(2);
    expect(faulty.objects()).toMatchObject([
      { error: { code: 'filter.invalid', issues: [{ path: 'character 1' }] } },
    ]);
  });

  test.each([
    [['runs', 'show', 'RUN'], { summary: { status: 'finished' }, command: expect.any(String) }],
    [['runs', 'compare', 'RUN'], { groups: [{ runs: ['RUN'] }] }],
    [['model', 'describe', 'lenet-5'], { parameters: 60_806, layers: expect.any(Array) }],
    [['model', 'describe', 'model.json'], { parameters: 7850 }],
    [['datasets', 'show', 'mnist'], { splits: { train: { count: 120 }, test: { count: 30 } } }],
    [['datasets', 'verify', 'mnist'], { published: false, splits: { train: 120, test: 30 } }],
    [['datasets', 'get', 'mnist'], { name: 'mnist', status: 'ready' }],
  ])('%s is one line', async (words, expected) => {
    const { code, stderr, objects } = await cli(home, [
      ...words.map((word) => word.replace('RUN', run)),
      '--json',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(JSON.stringify(objects()).replaceAll(run, 'RUN'))).toMatchObject([expected]);
  });

  test.each([
    [['presets'], 'lenet-5'],
    [['devices'], 'reference'],
    [['datasets', 'list'], 'mnist'],
  ])('%s is a line each', async (words, name) => {
    const { code, objects } = await cli(home, [...words, '--json']);
    expect(code).toBe(0);
    expect(objects().map((line) => line.name ?? line.id)).toEqual(
      expect.arrayContaining([expect.anything()]),
    );
    expect(JSON.stringify(objects())).toContain(name);
  });
});

test('datasets show tells an image’s size and the objects on images, and sums many classes up', async () => {
  using elsewhere = temporaryFolder();
  for (const set of ['caltech-101', 'voc-2007', 'lfw']) {
    const fixture = await fixtures[set]?.();
    writeFiles(join(elsewhere.path, set), fixture?.files ?? {});
    expect((await cli(elsewhere.path, ['datasets', 'import', set, join(elsewhere.path, set)])).code).toBe(0);
  }
  const show = async (set: string) => (await cli(elsewhere.path, ['datasets', 'show', set])).stdout;
  expect(await show('caltech-101')).toMatch(
    /^all: 8 samples \(101 classes of 0 to 2 each; --json lists them\)$/m,
  );
  expect(await show('voc-2007')).toMatch(/^test: 8 samples, 9 objects \(aeroplane: 0, .*dog: 8, /m);
  expect(await show('lfw')).toMatch(/^image 250 × 250$/m);
});

test('every command explains itself', async () => {
  const { code, stdout } = await cli(home, ['--help']);
  expect(code).toBe(0);
  for (const words of [['run'], ['runs', 'export'], ['bench'], ['probe']]) {
    expect(stdout).toContain(words.join(' '));
    const help = await cli(home, [...words, '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain(`convolab ${words.join(' ')}`);
    expect(help.stdout).toContain('--json');
  }
});

test.each([
  [['datasets', '--help'], 0],
  [['datasets', '-h'], 0],
  [['help', 'datasets'], 0],
  [['datasets'], 2],
])('%j lists the commands about data sets alone', async (words, code) => {
  const shown = await cli(home, words);
  expect([shown.code, shown.stderr]).toEqual([code, '']);
  expect(shown.stdout).toMatch(/^ {2}datasets get +Fetch a data set\.$/m);
  expect(shown.stdout).not.toContain('runs list');
});

test('help of a command is asked for in front of it, too, or in short', async () => {
  const { stdout } = await cli(home, ['runs', 'list', '--help']);
  for (const words of [
    ['help', 'runs', 'list'],
    ['runs', 'list', '-h'],
  ]) {
    expect(await cli(home, words)).toMatchObject({ code: 0, stdout });
  }
  expect(await cli(home, ['help', 'dance'])).toMatchObject({ code: 2 });
});

describe('files', () => {
  test('runs export writes weights with their metadata, and curves', async () => {
    const weights = join(home, 'out', 'weights.safetensors');
    mkdirSync(join(home, 'out'));
    expect((await cli(home, ['runs', 'export', run, '--format', 'safetensors', '--out', weights])).code).toBe(
      0,
    );
    const { tensors, metadata } = await readSafetensors(weights);
    expect([...tensors.keys()].sort()).toEqual(['OUT.bias', 'OUT.weight']);
    expect(JSON.parse(metadata.run ?? '')).toBe(run);
    const curves = join(home, 'out', 'curves.csv');
    expect((await cli(home, ['runs', 'export', run, '--format', 'csv', '--out', curves])).code).toBe(0);
    expect(readFileSync(curves, 'utf8')).toMatch(/^run,metric,step,epoch,seconds,value\n/);
    expect((await cli(home, ['runs', 'export', run, '--format', 'onnx', '--out', curves])).code).toBe(2);
  });

  test.for(['cpu', 'gpu'])(
    'probe on %s writes loss, outputs and gradients, as the reference does, for any number of samples',
    async (device, { skip }) => {
      const absent = device === 'gpu' ? vulkanMissing() : null;
      if (absent !== null) skip(absent);
      if (device === 'gpu') useSoftwareVulkan();
      const file = (name: string) => join(home, 'out', name);
      const weight = Float32Array.from({ length: 7840 }, (_, i) => Math.sin(i) / 28);
      await writeSafetensors(
        file('w.safetensors'),
        new Map<string, SafeTensor>([
          ['OUT.weight', { shape: [10, 784], data: weight }],
          ['OUT.bias', { shape: [10], data: new Float32Array(10) }],
        ]),
      );
      const x = Float32Array.from({ length: 37 * 784 }, (_, i) => Math.cos(i));
      await writeSafetensors(
        file('b.safetensors'),
        new Map<string, SafeTensor>([
          ['x', { shape: [37, 1, 28, 28], data: x }],
          ['y', { shape: [37], data: Int32Array.from({ length: 37 }, (_, i) => i % 10) }],
        ]),
      );
      const words = [
        'probe',
        '--model',
        'model.json',
        '--weights',
        file('w.safetensors'),
        '--batch',
        file('b.safetensors'),
      ];
      const results = [];
      for (const backend of [device, 'reference']) {
        const out = file(`${backend}.safetensors`);
        expect((await cli(home, [...words, '--out', out, '--backend', backend])).code).toBe(0);
        results.push((await readSafetensors(out)).tensors);
      }
      const [found, reference] = results;
      expect([...(found?.keys() ?? [])].sort()).toEqual([
        'OUT.bias.grad',
        'OUT.out',
        'OUT.weight.grad',
        'loss',
      ]);
      for (const [name, { shape, data: wanted }] of reference ?? []) {
        const data = Array.from(wanted);
        const other = found?.get(name);
        expect(other?.shape).toEqual(shape);
        const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const error = data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (other?.data[i] as number))),
          0,
        );
        expect(error / largest).toBeLessThan(2e-4);
      }
      const missing = await cli(home, [
        ...words.slice(0, 4),
        file('b.safetensors'),
        ...words.slice(5),
        '--out',
        file('x'),
        '--json',
      ]);
      expect(missing.code).toBe(2);
      expect(missing.objects()).toMatchObject([
        { error: { message: expect.stringContaining('OUT.weight') } },
      ]);
      expect(existsSync(file('x'))).toBe(false);
    },
  );

  test('bench measures what it is asked for, and ends with the results', async () => {
    const { code, objects } = await cli(home, ['bench', '--nets', 'lenet-5', '--batch', '16', '--json']);
    expect(code).toBe(0);
    expect(objects().at(-1)).toMatchObject({
      results: [
        {
          net: 'lenet-5',
          activation: 'sigmoid',
          mode: 'train',
          backend: 'native',
          batch: 16,
          imagesPerSecond: expect.any(Number),
        },
        { mode: 'eval' },
        { activation: 'relu', mode: 'train' },
        { mode: 'eval' },
      ],
    });
  });

  test('datasets import puts a copy where training finds it, and refuses a damaged one', async () => {
    const { path: other, remove: removeOther } = temporaryFolder();
    installBars(other, { train: 50, test: 20 });
    const { path: elsewhere, remove: removeElsewhere } = temporaryFolder();
    const words = ['datasets', 'import', 'mnist', join(other, 'datasets', 'mnist'), '--json'];
    expect((await cli(elsewhere, words)).objects().at(-1)).toMatchObject({
      status: 'ready',
      splits: { train: 50, test: 20 },
    });
    writeFileSync(join(other, 'datasets', 'mnist', 'train-labels-idx1-ubyte'), 'broken');
    expect((await cli(elsewhere, words)).objects().at(-1)).toMatchObject({
      error: { code: 'dataset.damaged' },
    });
    expect((await cli(elsewhere, ['datasets', 'show', 'mnist', '--json'])).objects()).toMatchObject([
      { splits: { train: { count: 50 } } },
    ]);
    removeOther();
    removeElsewhere();
  });

  test('datasets derived lists what is kept, and datasets prune removes it', async () => {
    const { path: elsewhere, remove } = temporaryFolder();
    installBars(elsewhere, { train: 50, test: 20 });
    for (const side of [10, 12]) {
      const derive = [{ type: 'resize', height: side, width: side }];
      await openTrainingSet({ name: 'mnist', derive }, elsewhere);
    }
    const list = async () => (await cli(elsewhere, ['datasets', 'derived', '--json'])).objects();
    const [last, first] = (await list()) as { key: string; bytes: number }[];
    expect([last, first]).toMatchObject([{ steps: [{ height: 12 }] }, { from: 'mnist', usedBy: [] }]);
    const prune = async (...words: string[]) =>
      (await cli(elsewhere, ['datasets', 'prune', ...words, '--json'])).objects();
    expect(await prune('--unused', '1')).toEqual([{ removed: [], bytes: 0 }]);
    expect(await prune(first?.key ?? '')).toEqual([{ removed: [first?.key], bytes: first?.bytes }]);
    expect(await list()).toEqual([last]);
    expect(await prune('nothing')).toMatchObject([
      { error: { code: 'argument.invalid', subject: 'nothing' } },
    ]);
    expect(await prune()).toMatchObject([{ removed: [last?.key] }]);
    expect(await list()).toEqual([]);
    remove();
  });
});

test('runs delete removes a run for good', async () => {
  const { code, objects } = await cli(home, ['run', 'tiny.json', '--epochs', '1', '--json']);
  const [{ id = '' } = {}] = (objects().at(-1) as { runs: { id: string }[] }).runs;
  expect(code).toBe(0);
  expect((await cli(home, ['runs', 'delete', id])).code).toBe(0);
  expect((await cli(home, ['runs', 'show', id])).code).toBe(2);
  expect(existsSync(join(home, 'runs', id))).toBe(false);
});
