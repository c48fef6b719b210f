import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { mustBeLabelled } from '../../../core/train/labels.ts';
import { writeImageFolder } from '../../support/image-folder.ts';
import { temporaryFolder } from '../../support/project.ts';
import { ask, installBars, tinyExperiment, untilStatus } from '../../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
let engine: Engine;
beforeEach(async () => {
  home = temporaryFolder();
  installBars(home.path, { train: 200, test: 40 });
  engine = await createEngine({ home: home.path });
});
afterEach(async () => {
  await engine.close();
  home.remove();
});

const smaller = (input: readonly number[], units: number) => ({
  spec: {
    version: 1,
    name: 'smaller',
    input,
    layers: [{ id: 'OUT', type: 'dense', units }],
    loss: { type: 'softmax-cross-entropy' },
  },
});

/** Trains an experiment of one run to its end. */
async function trained(config: object) {
  const { runs } = await ask(engine, 'experiments.create', { config });
  return untilStatus(engine, runs[0] as string, 'finished');
}

describe('an experiment on a derived set', () => {
  test('trains on it, whitened values too, and shows what its network makes of a sample', async () => {
    const derive = [
      { type: 'classes', keep: ['1', '4', '7'] },
      { type: 'resize', height: 14, width: 14 },
      { type: 'normalize-contrast' },
      { type: 'zca' },
    ];
    const dataset = { name: 'mnist', validation: 10, preprocess: [], derive };
    const run = await trained(tinyExperiment({ dataset, model: smaller([1, 14, 14], 3) }));
    // 60 of the 200 are of these classes.
    expect(run).toMatchObject({ testCount: 12, best: expect.closeTo(1, 0) });
    const maps = await ask(engine, 'runs.featureMaps', {
      run: run.id,
      image: { split: 'test', index: 0 },
    });
    expect(maps.classes).toEqual(['1', '4', '7']);
    expect(maps.layers[0]?.output.shape).toEqual([1, 14, 14]);
    const confusion = await ask(engine, 'runs.confusion', { run: run.id });
    expect(confusion?.classes).toEqual(['1', '4', '7']);
  });

  test('trains on a folder of images of varied size', async () => {
    const path = join(home.path, 'flowers');
    mkdirSync(path);
    await writeImageFolder(path, 20);
    const dataset = {
      name: 'flowers',
      source: { type: 'image-folder', path, test: 0.25 },
      derive: [{ type: 'resize', height: 8, width: 8 }],
      validation: 0,
      preprocess: [],
    };
    const run = await trained(tinyExperiment({ dataset, model: smaller([3, 8, 8], 2) }));
    expect(run).toMatchObject({ testCount: 10, testCorrect: 10 });
  });

  test('can be paused while its set is being derived, and made anew when it goes on', async () => {
    // A gigabyte, which is not made before somebody looks.
    const derive = [{ type: 'pairs', train: 600_000, test: 10 }];
    const dataset = { name: 'mnist', validation: 0, preprocess: [], derive };
    const config = tinyExperiment({ dataset, model: smaller([2, 28, 28], 2), train: { epochs: 1 } });
    const { runs } = await ask(engine, 'experiments.create', { config });
    const run = runs[0] as string;
    const folder = join(home.path, 'datasets', 'derived');
    const making = [expect.stringMatching(/^\.making-/)];
    const entries = () => (existsSync(folder) ? readdirSync(folder) : []);
    await expect.poll(entries).toEqual(making);
    await ask(engine, 'runs.pause', { run });
    await untilStatus(engine, run, 'paused');
    expect(readdirSync(folder)).toEqual([]);
    await ask(engine, 'runs.resume', { run });
    await expect.poll(entries).toEqual(making);
    await ask(engine, 'runs.stop', { run });
    await untilStatus(engine, run, 'stopped');
  });

  test.each([
    ['a step that does not fit the set', [{ type: 'classes', keep: ['eleven'] }], /dataset\.derive\.0\.keep/],
    ['samples without labels', [{ type: 'grey' }, { type: 'unlabelled' }], /no label each/],
    ['an unknown step', [{ type: 'resise' }], /did you mean "resize"/],
    ['an unknown key', [{ type: 'grey', shade: 3 }], /unknown key "shade"/],
  ])('is refused before it is queued for %s', async (_, derive, message) => {
    const config = tinyExperiment({ dataset: { derive } });
    await expect(ask(engine, 'experiments.create', { config })).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
    expect(await ask(engine, 'runs.list', {})).toEqual([]);
  });

  test.each([
    [
      { name: 'mnist', derive: [{ type: 'grey' }, { type: 'patches' }] },
      /^Leave the step "patches" \(dataset\.derive\.1\) out\./,
    ],
    [{ name: 'mnist-scenes' }, /derive: \[\{ type: resize, height: 128, width: 128 \}\]/],
    [{ name: 'lfw' }, /^Fetch it with `convolab datasets get lfw`/],
  ])('says what to do before it is queued with %j', async (dataset, hint) => {
    const config = tinyExperiment({ dataset });
    await expect(ask(engine, 'experiments.create', { config })).rejects.toMatchObject({
      hint: expect.stringMatching(hint),
    });
    expect(await ask(engine, 'runs.list', {})).toEqual([]);
  });

  test('is refused for images with boxes, whatever becomes of them', () => {
    const boxed = { name: 'voc-2007', derive: [{ type: 'resize' }] };
    const hint = expect.stringMatching(/^Choose a data set whose images are of one class each\./);
    expect(() => mustBeLabelled(null, boxed)).toThrow(expect.objectContaining({ hint }));
    expect(() => mustBeLabelled(Int32Array.of(0, -1), boxed)).toThrow(expect.objectContaining({ hint }));
    expect(() => mustBeLabelled(Int32Array.of(0, 1), boxed)).not.toThrow();
  });

  test('is refused for an unknown data set, but not for a name that a source is given', async () => {
    const unknown = await ask(engine, 'experiments.validate', {
      config: tinyExperiment({ dataset: { name: 'mist' } }),
    });
    expect(unknown.issues).toEqual([{ path: 'dataset.name', message: expect.stringContaining('"mnist"') }]);
    const source = { type: 'csv', path: '/nowhere.csv' };
    const own = await ask(engine, 'experiments.validate', {
      config: tinyExperiment({ dataset: { name: 'mist', source } }),
    });
    expect(own.issues).toEqual([]);
  });

  test('says in the catalogue what steps and sources there are', async () => {
    const { derivations, sources } = await ask(engine, 'catalog.get', {});
    expect(derivations.map(({ type }) => type)).toEqual(expect.arrayContaining(['classes', 'zca', 'scenes']));
    expect(sources.map(({ type }) => type)).toEqual(['image-folder', 'csv', 'npz', 'safetensors']);
  });
});
