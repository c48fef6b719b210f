import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { writeImageFolder } from '../../support/image-folder.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: string;
let remove: () => void;
beforeEach(() => {
  const folder = temporaryFolder();
  home = folder.path;
  remove = folder.remove;
});
afterEach(() => remove());

/** Runs a command and gives its objects; shows what it said where it failed. */
async function objects(...words: string[]) {
  const finished = await cli(home, [...words, '--json']);
  if (finished.code !== 0) throw new Error(finished.stdout + finished.stderr);
  return finished.objects();
}

const experiment = {
  version: 1,
  name: 'petals',
  dataset: { name: 'flowers', derive: [{ type: 'resize', height: 6, width: 6 }] },
  model: {
    spec: {
      version: 1,
      name: 'tiny',
      input: [3, 6, 6],
      layers: [{ id: 'OUT', type: 'dense', units: 2 }],
      loss: { type: 'softmax-cross-entropy' },
    },
  },
  train: { epochs: 1, batchSize: 5 },
};

describe('data of one’s own on the command line', () => {
  test('are verified, image by image, and those that are damaged listed with what is wrong', async () => {
    const folder = join(home, 'flowers');
    await writeImageFolder(folder, 5);
    await objects('datasets', 'import', 'flowers', folder);
    expect(await objects('datasets', 'verify', 'flowers')).toMatchObject([
      { name: 'flowers', status: 'ready' },
    ]);
    const whole = readFileSync(join(folder, 'red', '2.png'));
    writeFileSync(join(folder, 'red', '2.png'), whole.subarray(0, whole.length >> 1));
    writeFileSync(join(folder, 'blue', '1.png'), '');
    const { code, stdout, stderr } = await cli(home, ['datasets', 'verify', 'flowers']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^blue\/1\.png: is empty\.\nred\/2\.png: cannot be decoded \(/);
    expect(stderr).toContain('flowers is damaged: 2 files cannot be trusted.');
  });

  test('of a single class, and of images of one size, say so', async () => {
    const folder = join(home, 'flowers');
    await writeImageFolder(folder, 1);
    rmSync(join(folder, 'blue'), { recursive: true });
    for (const copy of ['1.png', '2.png', '3.png'])
      copyFileSync(join(folder, 'red', '0.png'), join(folder, 'red', copy));
    const { stdout } = await cli(home, ['datasets', 'import', 'flowers', folder]);
    expect(stdout).toMatch(/^flowers: 1 class; /);
    expect(stdout).toContain('With a single class there is nothing to tell apart.');
    expect(stdout).toContain('Images are 30x40: add derive: [{ type: resize, height: 30, width: 40 }].');
  });

  test('are imported by a name, listed, and trained on by that name', async () => {
    const folder = join(home, 'elsewhere', 'flowers');
    mkdirSync(folder, { recursive: true });
    await writeImageFolder(folder, 10);
    expect(await objects('datasets', 'import', 'flowers', folder)).toEqual([
      {
        name: 'flowers',
        source: { type: 'image-folder', path: folder, test: 0.2, seed: 1 },
        classes: ['blue', 'red'],
        splits: { train: 16, test: 4 },
        shape: null,
        sizes: { smallest: { height: 30, width: 40 }, largest: { height: 48, width: 49 } },
        faults: [],
      },
    ]);
    expect((await objects('datasets', 'list')).at(-1)).toMatchObject({ name: 'flowers', status: 'ready' });
    writeFileSync(join(home, 'petals.json'), JSON.stringify(experiment));
    const { runs } = (await objects('run', join(home, 'petals.json'))).at(-1) as { runs: object[] };
    expect(runs).toEqual([expect.objectContaining({ status: 'finished', testCount: 4 })]);
    renameSync(folder, `${folder}-gone`);
    expect((await objects('datasets', 'list')).at(-1)).toMatchObject({ name: 'flowers', status: 'missing' });
  });

  test('may lie beside the experiment file that names them', async () => {
    const folder = join(home, 'experiments');
    mkdirSync(join(folder, 'pictures'), { recursive: true });
    await writeImageFolder(join(folder, 'pictures'), 5);
    const dataset = { ...experiment.dataset, source: { type: 'image-folder', path: 'pictures' } };
    writeFileSync(join(folder, 'petals.json'), JSON.stringify({ ...experiment, dataset }));
    const { runs } = (await objects('run', join(folder, 'petals.json'))).at(-1) as { runs: object[] };
    expect(runs).toEqual([expect.objectContaining({ status: 'finished', testCount: 2 })]);
  });

  test.each([
    ['of no readable kind', 'notes.txt', 2, 'argument.invalid'],
    ['that are not there', 'nothing', 1, 'file.unreadable'],
  ])('%s are refused', async (_, name, code, error) => {
    writeFileSync(join(home, 'notes.txt'), 'hello');
    const finished = await cli(home, ['datasets', 'import', 'mine', join(home, name), '--json']);
    expect(finished.code).toBe(code);
    expect(finished.objects()).toEqual([{ error: expect.objectContaining({ code: error }) }]);
  });
});
