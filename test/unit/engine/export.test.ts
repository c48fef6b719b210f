import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../core/data/index.ts';
import { planTransform } from '../../../core/data/preprocess.ts';
import { splitValidation } from '../../../core/data/split.ts';
import { exportHandlers } from '../../../core/engine/handlers/export.ts';
import { decodeSafetensors } from '../../../core/export/safetensors.ts';
import { readCheckpoint } from '../../../core/train/checkpoints.ts';
import { checkpointedRun, smallExperiment } from '../../support/checkpointed-run.ts';
import { installEightDigits } from '../../support/mnist.ts';
import { temporaryStore } from '../../support/store.ts';
import { installBars } from '../../support/training.ts';

async function openRun() {
  const temporary = temporaryStore();
  installEightDigits(temporary.home);
  const { run, config } = await checkpointedRun(temporary.store, [1, 2]);
  const evaluation = { split: 'validation', step: 2, seconds: 1, samples: 3, correct: 2 };
  temporary.store.evaluations.record(run, {
    ...evaluation,
    epoch: 1,
    metrics: { loss: 0.5, accuracy: 0.75 },
  });
  return {
    ...temporary,
    run,
    config,
    handlers: exportHandlers(temporary),
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

describe('exported weights', () => {
  test('are the best checkpoint by default, without the optimizer, with what using them elsewhere needs', async () => {
    using opened = await openRun();
    const { run, config, handlers, store, home } = opened;
    const file = await handlers['runs.export']({ run, format: 'safetensors' });
    expect(file.name).toBe(`eight-digits-seed-1-${run}.safetensors`);
    const { tensors, metadata } = decodeSafetensors(Buffer.from(file.data, 'base64'), file.name);
    const best = store.checkpoints.find(run, 1);
    const { state } = await readCheckpoint(join(home, best.path), best.sha256);
    expect([...tensors.keys()].sort()).toEqual([...state.parameters.keys()].sort());
    for (const [name, data] of state.parameters) expect(tensors.get(name)?.data).toEqual(data);
    expect(tensors.get('C1.weight')?.shape).toEqual([6, 1, 5, 5]);

    const { splits } = await openDataset('mnist', home);
    const train = splits.train;
    if (!train) throw new Error('no training set');
    const held = splitValidation(8, 3, config.seed);
    const { mean, deviation } = planTransform([{ type: 'standardize' }], train, held.train, [1, 32, 32]);
    expect(
      Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, JSON.parse(text)])),
    ).toEqual({
      classes: [...'0123456789'],
      input: [1, 32, 32],
      mean,
      std: deviation,
      run,
    });
  });

  test('need no data: they are the same once other data took the place of those trained on', async () => {
    using opened = await openRun();
    const { run, handlers, home } = opened;
    const before = await handlers['runs.export']({ run, format: 'safetensors' });
    installBars(home, { train: 30, test: 10 });
    expect(await handlers['runs.export']({ run, format: 'safetensors' })).toEqual(before);
  });

  test('may be of any checkpoint there is', async () => {
    using opened = await openRun();
    const { run, handlers } = opened;
    const data = async (checkpoint: 'best' | 'last' | number) =>
      (await handlers['runs.export']({ run, format: 'safetensors', checkpoint })).data;
    expect(await data(1)).toBe(await data('best'));
    expect(await data(2)).toBe(await data('last'));
    expect(await data(1)).not.toBe(await data(2));
    await expect(data(3)).rejects.toMatchObject({
      code: 'argument.invalid',
      hint: 'It has those of epochs 1, 2.',
    });
  });

  test('carry the normalisation of their own run, not that of another with the same data', async () => {
    using opened = await openRun();
    const { handlers, store, home } = opened;
    const train = (await openDataset('mnist', home)).splits.train;
    if (!train) throw new Error('no training set');
    for (const seed of [1, 2, 3, 1]) {
      const { run } = await checkpointedRun(store, [1], { ...smallExperiment, seeds: [seed] });
      const file = await handlers['runs.export']({ run, format: 'safetensors', checkpoint: 'last' });
      const { metadata } = decodeSafetensors(Buffer.from(file.data, 'base64'), file.name);
      const held = splitValidation(8, 3, seed);
      const { mean } = planTransform([{ type: 'standardize' }], train, held.train, [1, 32, 32]);
      expect(JSON.parse(metadata.mean ?? '')).toEqual(mean);
    }
  });

  test('can be read by an independent reader of the format', async () => {
    using opened = await openRun();
    const { run, handlers, home } = opened;
    const { data } = await handlers['runs.export']({ run, format: 'safetensors' });
    const path = join(home, 'weights.safetensors');
    writeFileSync(path, Buffer.from(data, 'base64'));
    // The format in six lines of Python, its standard library alone.
    const script = `
import json, struct, sys
file = open(sys.argv[1], 'rb').read()
size, = struct.unpack('<Q', file[:8])
header = json.loads(file[8:8 + size])
start, end = header['OUT.bias']['data_offsets']
print(json.dumps([header['OUT.bias']['shape'], len(struct.unpack('<10f', file[8 + size + start:8 + size + end])), json.loads(header['__metadata__']['input'])]))`;
    expect(JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }))).toEqual([
      [10],
      10,
      [1, 32, 32],
    ]);
  });
});

test('exported metrics are a CSV of every point', async () => {
  using opened = await openRun();
  const { run, handlers } = opened;
  const { name, mediaType, data } = await handlers['runs.export']({ run, format: 'csv' });
  expect([name, mediaType]).toEqual([`eight-digits-seed-1-${run}.csv`, 'text/csv']);
  expect(Buffer.from(data, 'base64').toString()).toBe(
    [
      'run,metric,step,epoch,seconds,value',
      `${run},validation/accuracy,2,1,1,0.75`,
      `${run},validation/loss,2,1,1,0.5`,
      '',
    ].join('\n'),
  );
});
