import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDataset } from '../../../core/data/index.ts';
import { cli, trainTiny } from '../../support/cli.ts';
import { installColours } from '../../support/colours.ts';
import { temporaryFolder } from '../../support/project.ts';
import { tinyExperiment } from '../../support/training.ts';

let home: string;
let remove: () => void;
/** The id of a finished run. */
let run: string;

beforeAll(async () => {
  ({ path: home, remove } = temporaryFolder());
  ({ run } = await trainTiny(home));
});
afterAll(() => remove());

describe('judging a run', () => {
  test('evaluate gives the very count that runs list reports', async () => {
    const [listed] = (await cli(home, ['runs', 'list', '--json'])).objects();
    const { code, objects } = await cli(home, ['evaluate', run, '--json']);
    expect(code).toBe(0);
    expect(objects()).toMatchObject([
      { run, accuracy: listed?.test, correct: listed?.testCorrect, count: 30 },
    ]);
  });

  test('evaluate and a committee average over views of every image, and say so', async () => {
    const evaluated = await cli(home, ['evaluate', run, '--views', 'ten', '--json']);
    expect(evaluated.objects()).toMatchObject([
      { run, averaged: { kind: 'ten', views: 10, accuracy: expect.any(Number) } },
    ]);
    const { objects } = await cli(home, ['runs', 'committee', run, '--views', 'ten', '--json']);
    const [{ averaged }] = evaluated.objects() as [{ averaged: { accuracy: number; correct: number } }];
    expect(objects()).toMatchObject([
      { views: 10, accuracy: averaged.accuracy, columns: [{ run, correct: averaged.correct }] },
    ]);
    const wrong = await cli(home, ['evaluate', run, '--views', 'eleven', '--json']);
    expect(wrong.code).toBe(2);
  });

  test('evaluate and a committee take the weights that they are told to', async () => {
    const { checkpoints } = (await cli(home, ['runs', 'show', run, '--json'])).objects()[0] as {
      checkpoints: { epoch: number; last: boolean }[];
    };
    const last = checkpoints.find((checkpoint) => checkpoint.last)?.epoch;
    const evaluated = await cli(home, ['evaluate', run, '--checkpoint', 'last', '--json']);
    const [{ correct }] = evaluated.objects() as [{ correct: number }];
    expect(evaluated.objects()).toMatchObject([{ run, epoch: last }]);
    const { objects } = await cli(home, ['runs', 'committee', run, '--checkpoint', 'last', '--json']);
    expect(objects()).toMatchObject([{ correct, columns: [{ run, correct }] }]);
    for (const command of [['evaluate'], ['runs', 'committee']]) {
      const wrong = await cli(home, [...command, run, '--checkpoint', 'worst', '--json']);
      expect(wrong.code).toBe(2);
    }
  });

  test('evaluate judges a folder of images by the names of its classes, and writes every prediction', async () => {
    const folder = join(home, 'own bars');
    const { splits } = await openDataset('mnist', home);
    const { images, labels } = splits.test as { images: Uint8Array; labels: Int32Array };
    for (const index of [0, 1, 2, 13]) {
      mkdirSync(join(folder, String(labels[index])), { recursive: true });
      const raw = images.slice(index * 784, (index + 1) * 784);
      await sharp(raw, { raw: { width: 28, height: 28, channels: 1 } }).toFile(
        join(folder, String(labels[index]), `${index}.png`),
      );
    }
    const own = await cli(home, ['evaluate', run, '--json', '--predictions', 'own.csv']);
    expect(own.code).toBe(0);
    const rows = readFileSync(join(home, 'own.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('index,label,class,prediction,predicted_class,probability');
    expect(rows).toHaveLength(31);
    const predictionOf = (index: number) => rows[index + 1]?.split(',')[3];
    const { code, objects } = await cli(home, [
      ...['evaluate', run, '--json', '--dataset', folder, '--predictions', 'folder.csv'],
    ]);
    expect(code).toBe(0);
    expect(objects()).toMatchObject([{ run, dataset: 'own bars', split: 'all', count: 4 }]);
    const found = readFileSync(join(home, 'folder.csv'), 'utf8').trim().split('\n').slice(1);
    const pairs = found.map((line) => line.split(',')).map((cells) => `${cells[1]} ${cells[3]}`);
    const expected = [0, 1, 2, 13].map((index) => `${labels[index]} ${predictionOf(index)}`);
    expect(pairs.sort()).toEqual(expected.sort());
    const right = pairs.filter((pair) => pair.split(' ')[0] === pair.split(' ')[1]).length;
    expect(objects()[0]).toMatchObject({ correct: right, accuracy: right / 4 });
  });

  test('evaluate judges another data set of another size, in colour where the network sees grey', async () => {
    installColours(home, { train: 10, test: 20 });
    const { code, objects } = await cli(home, ['evaluate', run, '--json', '--dataset', 'cifar-10']);
    expect(code).toBe(0);
    const [found] = objects() as [{ correct: number; top5: number }];
    expect(found).toMatchObject({ run, dataset: 'cifar-10', split: 'test', count: 20 });
    expect(found.top5).toBeGreaterThanOrEqual(found.correct / 20);
    const unknown = await cli(home, ['evaluate', run, '--json', '--dataset', 'nothing']);
    expect(unknown.objects()).toMatchObject([{ error: { code: 'dataset.unknown', subject: 'nothing' } }]);
  });
});

test('runs compare tells how many times as long the one group needs to a target as the other', async () => {
  const experiment = tinyExperiment({
    train: { epochs: 1 },
    grid: { 'train.batchSize': [10, 20] },
    seeds: [1, 2, 3],
  });
  const trained = await cli(home, ['run', '-', '--json'], JSON.stringify(experiment));
  const { runs } = trained.objects().at(-1) as { runs: { id: string }[] };
  const compare = (target: string, ...flags: string[]) =>
    cli(home, ['runs', 'compare', ...runs.map(({ id }) => id), '--target', target, ...flags]);
  const [compared] = (await compare('train/accuracy=0.01', '--json')).objects();
  expect(compared).toMatchObject({
    ratios: [
      { pace: 'epochs', kind: 'exact', counts: [3, 3] },
      { pace: 'seconds', kind: 'exact', counts: [3, 3] },
    ],
  });
  const [{ first, second, ratio }] = (
    compared as { ratios: [{ first: string; second: string; ratio: number }] }
  ).ratios;
  const { stdout } = await compare('train/accuracy=0.01');
  expect(stdout).toContain(
    `To train/accuracy 1.00%: ${second} needs ${ratio.toFixed(2)} times the epochs of ${first} (`,
  );
  expect((await compare('train/accuracy=1.1')).stdout).not.toContain('times the');
});
