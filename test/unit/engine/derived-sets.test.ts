import { existsSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cleanDerived, derivedFolder, takeAway } from '../../../core/data/derive/cache.ts';
import { setsFor } from '../../../core/data/derive/kept.ts';
import { openTrainingSet } from '../../../core/data/derive/open.ts';
import type { ReferenceInput } from '../../../core/data/derive/section.ts';
import { findDataset } from '../../../core/data/index.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { temporaryFolder } from '../../support/project.ts';
import { ask, installBars, tinyExperiment } from '../../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
let engine: Engine;
beforeEach(async () => {
  home = temporaryFolder();
  installBars(home.path, { train: 200, test: 40 });
  // Nothing is trained here: what is queued waits.
  engine = await createEngine({ home: home.path, runJobs: false });
});
afterEach(async () => {
  await engine.close();
  home.remove();
});

const resized = (side: number) => ({
  name: 'mnist',
  derive: [{ type: 'resize', height: side, width: side }],
});
const make = (side: number) => openTrainingSet(resized(side), home.path);
const kept = () => ask(engine, 'datasets.derived', {});
const keyOf = async (side: number) => {
  const found = await kept();
  return found.find(({ bytes }) => Math.abs(bytes - 240 * side * side) < 8000)?.key as string;
};
const queue = (dataset: object) =>
  ask(engine, 'experiments.create', {
    config: tinyExperiment({
      dataset: { ...dataset, validation: 0, preprocess: [] },
      model: { preset: 'lenet-5' },
    }),
  });

describe('derived sets that are kept', () => {
  test('are listed with what they are, their size and when they were last used', async () => {
    expect(await kept()).toEqual([]);
    await make(10);
    const key = await keyOf(10);
    utimesSync(join(derivedFolder(home.path), key), new Date(1e12), new Date(1e12));
    await make(20);
    const [second, first] = await kept();
    expect(second).toMatchObject({
      from: 'mnist',
      title: 'MNIST (resize)',
      steps: [{ type: 'resize', height: 20, width: 20, method: 'area', keep: 'all' }],
      usedBy: [],
    });
    expect(second?.bytes).toBeGreaterThan(240 * 400);
    expect(first).toMatchObject({ key, lastUsed: new Date(1e12).toISOString() });
    // Opening it again is a use.
    await make(10);
    expect((await kept())[0]).toMatchObject({ key });
    expect(Date.parse((await kept())[0]?.lastUsed ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  test('are removed when asked for, and made again when they are needed', async () => {
    const { hash } = await make(10);
    await make(20);
    const key = await keyOf(10);
    const { bytes } = (await kept()).find((set) => set.key === key) ?? {};
    expect(await ask(engine, 'datasets.removeDerived', { keys: [key] })).toEqual({ bytes });
    expect((await kept()).map(({ title }) => title)).toEqual(['MNIST (resize)']);
    expect(readdirSync(derivedFolder(home.path))).toHaveLength(1);
    expect((await make(10)).hash).toBe(hash);
  });

  test('are not removed while a run that waits needs one of them', async () => {
    await make(28);
    await make(20);
    const { runs } = await queue(resized(28));
    const [used, free] = [await keyOf(28), await keyOf(20)];
    expect((await kept()).find(({ key }) => key === used)?.usedBy).toEqual(runs);
    await expect(ask(engine, 'datasets.removeDerived', { keys: [free, used] })).rejects.toMatchObject({
      code: 'dataset.busy',
      message: expect.stringContaining(runs[0] as string),
    });
    expect(await kept()).toHaveLength(2);
    await ask(engine, 'runs.stop', { run: runs[0] as string });
    await ask(engine, 'datasets.removeDerived', { keys: [free, used] });
    expect(await kept()).toEqual([]);
  });

  test('that a data set is made of are needed by what reads that, too', () => {
    const { madeFrom } = findDataset('cifar-as-stl');
    const [own, base, ...others] = setsFor({ name: 'cifar-as-stl', derive: [{ type: 'grey' }] });
    expect(setsFor({ name: 'cifar-as-stl' })).toEqual([base]);
    expect(setsFor(madeFrom as ReferenceInput)).toEqual([base]);
    expect([own === base, others]).toEqual([false, []]);
    expect(setsFor({ name: 'mnist' })).toEqual([]);
  });

  test('whose record is damaged are listed as such, and can be removed', async () => {
    await make(10);
    const key = await keyOf(10);
    writeFileSync(join(derivedFolder(home.path), key, 'set.json'), '{');
    expect(await kept()).toMatchObject([{ key, from: null, title: key, steps: [], usedBy: [] }]);
    rmSync(join(derivedFolder(home.path), key, 'set.json'));
    expect(await kept()).toMatchObject([{ key, from: null }]);
    await ask(engine, 'datasets.removeDerived', { keys: [key] });
    expect(await kept()).toEqual([]);
  });

  test.each(['0'.repeat(32), '../mnist', ''])('of another key (%s) are none', async (key) => {
    await expect(ask(engine, 'datasets.removeDerived', { keys: [key] })).rejects.toMatchObject({
      code: 'argument.invalid',
      subject: key,
    });
    expect(existsSync(join(home.path, 'datasets', 'mnist'))).toBe(true);
  });

  test('whose removal was cut short are found by nobody, and cleaned away at the next start', async () => {
    const { hash } = await make(10);
    const aside = await takeAway(home.path, await keyOf(10));
    expect(await kept()).toEqual([]);
    // As a process that is gone would have left it.
    const left = join(derivedFolder(home.path), `.making-${2 ** 22 + 7}-00000000`);
    renameSync(aside, left);
    await cleanDerived(home.path);
    expect(readdirSync(derivedFolder(home.path))).toEqual([]);
    expect((await make(10)).hash).toBe(hash);
  });
});
