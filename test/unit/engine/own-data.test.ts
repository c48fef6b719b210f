import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataDesk } from '../../../core/engine/data-desk/desk.ts';
import { DataTasks } from '../../../core/engine/data-tasks.ts';
import { EventHub } from '../../../core/engine/events.ts';
import { datasetHandlers } from '../../../core/engine/handlers/datasets.ts';
import { Inspector } from '../../../core/engine/inspector/inspector.ts';
import { describeModel } from '../../../core/graph/describe.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { resolveModel } from '../../../core/models/index.ts';
import { parseExperiment } from '../../../core/train/experiment.ts';
import { writeImageFolder } from '../../support/image-folder.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
let desk: DataDesk;
let handlers: ReturnType<typeof datasetHandlers>;
let own: { name: string; source: { type: string; path: string } };
beforeEach(async () => {
  home = temporaryFolder();
  desk = new DataDesk(home.path);
  const tasks = new DataTasks(new EventHub());
  const inspector = new Inspector(home.path);
  handlers = datasetHandlers({ home: home.path, desk, keeper: desk, inspector, tasks });
  const path = await writeImageFolder(join(home.path, 'colours'));
  own = { name: 'colours', source: { type: 'image-folder', path } };
});
afterEach(async () => {
  await desk.close();
  home.remove();
});

describe('a folder of class folders', () => {
  test('is described before anything is read: classes, and a split drawn from it', async () => {
    expect(await handlers['datasets.describe'](own)).toMatchObject({
      name: 'colours',
      title: 'colours',
      kind: 'images',
      shape: null,
      classes: ['blue', 'red'],
      splits: { train: 8, test: 2 },
      status: 'ready',
    });
  });

  test('shows its counts and its images, the middle of each in a square', async () => {
    const shown = await handlers['datasets.show'](own);
    expect(shown).toMatchObject({ shape: null, mean: [] });
    expect(shown.splits.train).toEqual({ count: 8, classes: { blue: 4, red: 4 } });
    const { images, labels } = await handlers['datasets.samples']({
      ...own,
      split: 'train',
      offset: 0,
      count: 8,
      size: 16,
    });
    expect(images.shape).toEqual([8, 3, 16, 16]);
    const pixels = Buffer.from(images.data, 'base64');
    const colours = labels.map((_, at) => [0, 1, 2].map((channel) => pixels[(3 * at + channel) * 256 + 100]));
    expect(colours).toEqual(labels.map((label) => (label === 1 ? [220, 30, 30] : [30, 30, 220])));
  });

  test('is surveyed at one size', async () => {
    const { splits } = await handlers['datasets.survey'](own);
    expect(splits.train?.meanImage.shape).toEqual([3, 64, 64]);
    expect(splits.train?.channels.map(({ mean }) => mean)).toEqual(
      [125, 30, 125].map((mean) => expect.closeTo(mean, 9)),
    );
  });

  test('that holds a damaged image names it, and why', async () => {
    writeFileSync(join(own.source.path, 'red', 'broken.png'), 'no picture');
    const report = await handlers['datasets.verify'](own);
    expect(report.status).toBe('damaged');
    expect(report.faults).toEqual([
      { file: 'red/broken.png', reason: 'is no image; readable are JPEG, PNG, WebP and TIFF.' },
    ]);
  });

  test('gets a first experiment that can be started as it is', async () => {
    const { experiment } = await handlers['datasets.starter'](own);
    const parsed = parseExperiment({ config: experiment });
    expect(parsed.dataset).toMatchObject({ ...own, derive: [{ type: 'resize', height: 64, width: 64 }] });
    const { layers } = describeModel(buildGraph(await resolveModel(parsed.model)), 32);
    expect(layers.at(-1)?.shape).toEqual([2]);
    const seen = await handlers['datasets.preview']({ dataset: parsed.dataset, split: 'test', index: 0 });
    expect(seen.seen.shape).toEqual([3, 64, 64]);
  });
});

test('a data set of grey digits gets a first experiment of its own size', async () => {
  const { experiment } = await handlers['datasets.starter']({ name: 'mnist' });
  const { dataset, model } = parseExperiment({ config: experiment });
  expect(dataset.derive).toEqual([]);
  expect(model).toMatchObject({ spec: { input: [1, 28, 28] } });
});

test('a data set that is not here yet gets one for what its makers published', async () => {
  const { experiment } = await handlers['datasets.starter']({ name: 'stl-10' });
  expect(experiment).toMatchObject({ dataset: { name: 'stl-10' }, model: { spec: { input: [3, 96, 96] } } });
});
