import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { writeSafetensors } from '../../../core/export/safetensors.ts';
import { openStore } from '../../../core/store/store.ts';
import { evaluate } from '../../../core/train/evaluate.ts';
import type { RunConfig } from '../../../core/train/experiment.ts';
import { openSession } from '../../../core/train/session.ts';
import { readPredictions, readWeights } from '../../../core/train/snapshots/files.ts';
import { keptEvery, usualSnapshots } from '../../../core/train/snapshots/policy.ts';
import { numbersOf } from '../../support/inspect.ts';
import { temporaryFolder } from '../../support/project.ts';
import { ask, installBars, tinyExperiment, untilStatus } from '../../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
let engine: Engine;

beforeEach(async () => {
  home = temporaryFolder();
  installBars(home.path, { train: 120, test: 30 });
  engine = await createEngine({ home: home.path, threads: 1 });
});
afterEach(async () => {
  await engine.close();
  home.remove();
});

/** Trains to the end with these snapshots. */
async function trained(snapshots?: Readonly<Record<string, unknown>>, epochs = 3): Promise<string> {
  const config = tinyExperiment({ train: { epochs, ...(snapshots && { snapshots }) } });
  const { runs } = await ask(engine, 'experiments.create', { config });
  await untilStatus(engine, runs[0] ?? '', 'finished');
  return runs[0] ?? '';
}

const filesOf = (run: string) => readdirSync(join(home.path, 'runs', run, 'snapshots')).sort();

describe('snapshots', () => {
  test('keep weights and predictions of every epoch, which are what evaluating gives again', async () => {
    const run = await trained();
    const { kept, config } = await ask(engine, 'runs.get', { run });
    expect(kept).toMatchObject({ weights: [1, 2, 3], predictions: [1, 2, 3] });
    const session = await openSession(config as RunConfig, {
      home: home.path,
      backend: createReferenceBackend(),
      threads: 1,
    });
    const store = openStore(home.path);
    for (const epoch of kept.predictions) {
      const [weights, predictions] = (['weights', 'predictions'] as const).map((kind) => {
        const { path, sha256 } = store.snapshots.find(run, kind, epoch) ?? { path: '', sha256: '' };
        return { path: join(home.path, path), sha256 };
      }) as [{ path: string; sha256: string }, { path: string; sha256: string }];
      const { parameters } = await readWeights(weights.path, weights.sha256);
      session.program.setState({ parameters, optimizer: new Map() });
      const again = await evaluate(session, 'test');
      const { made: stored } = await readPredictions(predictions.path, predictions.sha256, 'test');
      expect(Array.from(stored.classes)).toEqual(Array.from(again?.predictions ?? []));
      stored.scores.forEach((score, i) => {
        expect(score).toBeCloseTo(again?.scores[i] as number, 5);
      });
      const confusion = await ask(engine, 'runs.confusion', { run, epoch });
      expect(confusion?.counts.flat()).toEqual(Array.from(again?.confusion ?? []));
    }
    store.close();
  });

  test('that do not say what was trained on are refused as damaged, by name', async () => {
    const path = join(home.path, 'bare.safetensors');
    const tensors = new Map([
      ['test.class', { shape: [1], data: Uint8Array.of(3) }],
      ['test.score', { shape: [1], data: Float32Array.of(0.5) }],
    ]);
    const { sha256 } = await writeSafetensors(path, tensors, {});
    await expect(readPredictions(path, sha256, 'test')).rejects.toMatchObject({
      code: 'file.damaged',
      subject: path,
    });
  });

  test('show the kernels of any epoch, and no two epochs alike', async () => {
    const run = await trained();
    const shown = [1, 2, 3].map((checkpoint) =>
      ask(engine, 'runs.kernels', { run, layer: 'OUT', checkpoint }),
    );
    const kernels = await Promise.all(shown);
    expect(kernels.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(new Set(kernels.map(({ weights }) => weights.data)).size).toBe(3);
    // Laid side by side, each in its place.
    const asked = { run, layer: 'OUT', channels: [0], filters: 10 };
    const film = await ask(engine, 'runs.kernelFilm', { ...asked, epochs: [1, 3] });
    expect(film.weights.shape).toEqual([2, 10, 1, 28, 28]);
    const [first, , third] = kernels.map(({ weights }) => numbersOf(weights));
    expect([...numbersOf(film.weights)]).toEqual([...(first ?? []), ...(third ?? [])]);
  });

  test('thin out where they reach the room that they were given', async () => {
    // The weights of the tiny network take 31.4 kB, its predictions 250 bytes.
    const run = await trained({ megabytes: 0.1 }, 9);
    const { kept } = await ask(engine, 'runs.get', { run });
    expect(kept.predictions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(filesOf(run).filter((file) => file.includes('weights'))).toEqual([
      'epoch-4.weights.safetensors',
      'epoch-8.weights.safetensors',
    ]);
  });

  test('are left out where the experiment says so', async () => {
    const run = await trained({ weights: false, predictions: false, health: false });
    const { kept, checkpoints } = await ask(engine, 'runs.get', { run });
    expect(kept).toEqual({
      weights: checkpoints.map(({ epoch }) => epoch),
      predictions: [],
      health: [],
      bytes: 0,
      sizes: { weights: 0, predictions: 0, health: 0 },
    });
  });

  test('take about the room on disk that was foretold', async () => {
    const config = tinyExperiment({ train: { epochs: 3 } });
    const { diskBytes } = await ask(engine, 'experiments.validate', { config });
    const run = await trained();
    const detail = await ask(engine, 'runs.get', { run });
    expect((diskBytes ?? 0) / detail.diskBytes).toBeGreaterThan(0.7);
    expect((diskBytes ?? 0) / detail.diskBytes).toBeLessThan(1.5);
  });

  test('are cleaned up but for every so many, the best and the last, and a dry run deletes nothing', async () => {
    const run = await trained(undefined, 5);
    const before = await ask(engine, 'runs.get', { run });
    const best = before.summary.bestEpoch as number;
    const wanted = { run, kinds: ['weights' as const, 'health' as const], every: 2 };
    const foretold = await ask(engine, 'runs.cleanUp', { ...wanted, dryRun: true });
    expect(await ask(engine, 'runs.get', { run })).toEqual(before);
    expect(await ask(engine, 'runs.cleanUp', wanted)).toEqual(foretold);
    const after = await ask(engine, 'runs.get', { run });
    const left = [...new Set([2, 4, best, 5])].sort((a, b) => a - b);
    expect(after.kept).toMatchObject({ weights: left, predictions: [1, 2, 3, 4, 5], health: left });
    expect(foretold.files).toBe(2 * (5 - left.length));
    expect(before.kept.bytes - after.kept.bytes).toBe(foretold.bytes);
    expect(before.diskBytes - after.diskBytes).toBe(foretold.bytes);
    expect(after.checkpoints).toEqual(before.checkpoints);
    // Of the best epoch and the last everything stays, and can be looked at.
    await ask(engine, 'runs.cleanUp', { run, kinds: ['weights', 'predictions', 'health'], every: null });
    const { kept } = await ask(engine, 'runs.get', { run });
    const two = [...new Set([best, 5])].sort((a, b) => a - b);
    expect(kept).toMatchObject({ weights: two, predictions: two, health: two });
    expect(filesOf(run)).toHaveLength(3 * two.length);
    for (const epoch of two) {
      expect((await ask(engine, 'runs.predictions', { run, epoch })).total).toBe(30);
      expect((await ask(engine, 'runs.kernels', { run, layer: 'OUT', checkpoint: epoch })).epoch).toBe(epoch);
    }
  });

  test('go with their run', async () => {
    const run = await trained();
    await ask(engine, 'runs.trash', { runs: [run] });
    await ask(engine, 'runs.delete', { runs: [run] });
    expect(readdirSync(join(home.path, 'runs'))).toEqual([]);
    const { runs } = await ask(engine, 'experiments.create', { config: tinyExperiment() });
    expect((await ask(engine, 'runs.get', { run: runs[0] ?? '' })).kept.bytes).toBe(0);
  });
});

describe('the epochs that are kept', () => {
  const spec = { ...usualSnapshots, megabytes: 1 };

  test('never take more room than they were given, at any epoch', () => {
    for (const every of [1, 3]) {
      for (let epoch = 1; epoch <= 1000; epoch++) {
        const kept = keptEvery('weights', epoch, 90_000, { ...spec, every }) as number;
        expect(Math.floor(epoch / kept) * 90_000).toBeLessThanOrEqual(1e6);
        expect(kept % every).toBe(0);
      }
    }
  });

  test('are every epoch, as long as there is room', () => {
    expect(keptEvery('weights', 11, 90_000, spec)).toBe(1);
    expect(keptEvery('weights', 12, 90_000, spec)).toBe(2);
  });

  test('are none where a single one is too large', () => {
    expect(keptEvery('weights', 1, 1_000_001, spec)).toBeNull();
    expect(keptEvery('weights', 1, 1_000_000, spec)).toBe(1);
  });
});
