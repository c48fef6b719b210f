import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../../../../core/backends/reference/index.ts';
import type { TensorPayload } from '../../../../core/contract/tensor.ts';
import { openDataset } from '../../../../core/data/index.ts';
import { compilePlan } from '../../../../core/graph/compile.ts';
import { buildGraph } from '../../../../core/graph/graph.ts';
import { resolveModel } from '../../../../core/models/index.ts';
import { readCheckpoint } from '../../../../core/train/checkpoints.ts';
import { smallExperiment } from '../../../support/checkpointed-run.ts';
import { inspectedRun, numbersOf, testImage } from '../../../support/inspect.ts';

const sigmoid = { ...smallExperiment, model: { preset: 'lenet-5', options: { activation: 'sigmoid' } } };
type Opened = Awaited<ReturnType<typeof inspectedRun>>;

/** The run's network in float64. */
async function judgeOf({ run, config, home, store }: Opened) {
  const plan = compilePlan(buildGraph(await resolveModel(config.model)), { retain: true });
  const program = await createReferenceBackend().compile(plan, {
    threads: 1,
    batchSize: 1,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
  });
  const { path, sha256 } = store.checkpoints.find(run, 'last');
  program.setState((await readCheckpoint(join(home, path), sha256)).state);
  return async (x: Float32Array) => {
    const { outputs } = await program.probe({ x, count: 1, y: Int32Array.of(0) });
    return [...(outputs.get('OUT.out')?.data ?? [])];
  };
}

async function inputOf(opened: Opened, index: number): Promise<Float32Array> {
  const { layers } = await opened.ask('runs.featureMaps', { run: opened.run, image: testImage(index) });
  return numbersOf(layers[0]?.output as TensorPayload) as Float32Array;
}

describe('saliency', () => {
  test('is the slope of the class’s output by each pixel', async () => {
    using opened = await inspectedRun(sigmoid);
    const judge = await judgeOf(opened);
    const x = await inputOf(opened, 1);
    const { gradient, score, target } = await opened.ask('runs.saliency', {
      run: opened.run,
      image: testImage(1),
      target: 3,
    });
    expect(target).toBe(3);
    expect(score).toBeCloseTo((await judge(x))[3] as number, 5);
    const values = numbersOf(gradient);
    const scale = Math.max(...[...values].map(Math.abs));
    const step = 1 / 64;
    for (const pixel of [5 * 32 + 5, 12 * 32 + 16, 20 * 32 + 9, 31 * 32 + 31]) {
      const at = async (by: number) => (await judge(x.with(pixel, (x[pixel] as number) + by)))[3] as number;
      const slope = ((await at(step)) - (await at(-step))) / (2 * step);
      expect(Math.abs((values[pixel] as number) - slope)).toBeLessThan(1e-3 * scale);
    }
  });
});

describe('occlusion', () => {
  test('is the class’s probability with a grey square over each place', async () => {
    using opened = await inspectedRun(sigmoid);
    const judge = await judgeOf(opened);
    const x = await inputOf(opened, 2);
    const found = await opened.ask('runs.occlusion', {
      run: opened.run,
      image: testImage(2),
      size: 5,
      stride: 2,
    });
    expect(found).toMatchObject({ target: 1, size: 5, stride: 2, images: 256 });
    expect(found.probabilities.shape).toEqual([16, 16]);
    const grey = x.reduce((sum, value) => sum + value, 0) / x.length;
    const values = numbersOf(found.probabilities);
    for (const [row, column] of [
      [0, 0],
      [7, 8],
      [15, 15],
    ] as const) {
      const hidden = x.slice();
      for (let i = 0; i < 1024; i++) {
        const [dy, dx] = [Math.floor(i / 32) - (2 * row - 2), (i % 32) - (2 * column - 2)];
        if (dy >= 0 && dy < 5 && dx >= 0 && dx < 5) hidden[i] = grey;
      }
      expect(values[row * 16 + column]).toBeCloseTo(softmax(await judge(hidden))[1] as number, 5);
    }
    expect(found.base).toBeCloseTo(softmax(await judge(x))[1] as number, 5);
  });

  test('is as fine as every pixel where the network is small', async () => {
    using opened = await inspectedRun();
    const found = await opened.ask('runs.occlusion', { run: opened.run, image: testImage(0) });
    expect(found).toMatchObject({ size: 6, stride: 1, images: 1024 });
  });
});

describe('the strongest images of a map', () => {
  test('are those whose maps have the largest values, each with its place', async () => {
    using opened = await inspectedRun();
    const { run, ask } = opened;
    const found = await ask('runs.strongest', { run, layer: 'C3', first: 2, maps: 3, best: 4 });
    expect(found).toMatchObject({ layer: 'C3', split: 'test', count: 8, total: 16 });
    expect(found.maps.map(({ map }) => map)).toEqual([2, 3, 4]);
    for (const { map, images } of found.maps) {
      const peaks = [];
      for (let index = 0; index < 8; index++) {
        const { layers } = await ask('runs.featureMaps', { run, image: testImage(index) });
        const values = [...numbersOf(layers[3]?.output as TensorPayload)].slice(map * 100, map * 100 + 100);
        const value = Math.max(...values);
        peaks.push({ index, value, at: values.indexOf(value) });
      }
      peaks.sort((a, b) => b.value - a.value || a.index - b.index);
      const shown = images.map(({ sample, value, row, column }) => ({
        index: found.samples[sample]?.index,
        value,
        at: row * 10 + column,
      }));
      expect(shown).toEqual(peaks.slice(0, 4));
    }
    expect(found.images.shape).toEqual([found.samples.length, 1, 32, 32]);
  });

  test('of units are those that excite them most, and their pictures are the images, framed as the model sees them', async () => {
    using opened = await inspectedRun();
    const found = await opened.ask('runs.strongest', { run: opened.run, layer: 'OUT', maps: 1, best: 1 });
    const [peak] = found.maps[0]?.images ?? [];
    const { index } = found.samples[peak?.sample ?? 0] ?? { index: -1 };
    const { images } = (await openDataset('mnist', opened.home)).splits.test as { images: Uint8Array };
    const picture = numbersOf(found.images);
    const row = (y: number) => [...picture.slice((y + 2) * 32 + 2, (y + 2) * 32 + 30)];
    for (const y of [0, 13, 27])
      expect(row(y)).toEqual([...images.slice(index * 784 + y * 28, index * 784 + (y + 1) * 28)]);
    expect([...picture.slice(0, 32)]).toEqual(new Array(32).fill(0));
  });
});

describe('the images as points', () => {
  test('are told with their classes, true and predicted', async () => {
    using opened = await inspectedRun();
    const { run, ask } = opened;
    const found = await ask('runs.embedding', { run });
    expect(found).toMatchObject({ layer: 'F6', dimensions: 84, split: 'test', count: 8 });
    expect([...numbersOf(found.labels)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    for (const [index, prediction] of numbersOf(found.predictions).entries()) {
      const { probabilities } = await ask('runs.featureMaps', { run, image: testImage(index) });
      expect(prediction).toBe(probabilities.indexOf(Math.max(...probabilities)));
    }
    // As far apart as two directions can tell: distances never grow by projecting.
    const points = numbersOf(found.points);
    const f6 = await Promise.all(
      [0, 1].map(async (index) => {
        const { layers } = await ask('runs.featureMaps', { run, image: testImage(index) });
        return [...numbersOf(layers.find(({ id }) => id === 'F6')?.output as TensorPayload)];
      }),
    );
    const whole = Math.hypot(...(f6[0] ?? []).map((value, i) => value - (f6[1]?.[i] as number)));
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = points;
    expect(Math.hypot(x0 - x1, y0 - y1)).toBeLessThanOrEqual(whole * (1 + 1e-6));
    expect(found.explained[0]).toBeGreaterThanOrEqual(found.explained[1]);
    expect(found.explained[0] + found.explained[1]).toBeLessThanOrEqual(1 + 1e-6);
  });
});

describe('an image of one’s own', () => {
  async function digit(opened: Opened, invert: boolean): Promise<{ data: string; stored: number[] }> {
    const { images } = (await openDataset('mnist', opened.home)).splits.test as { images: Uint8Array };
    const stored = [...images.slice(3 * 784, 4 * 784)];
    const raw = Uint8Array.from(stored, (value) => (invert ? 255 - value : value));
    const png = await sharp(raw, { raw: { width: 28, height: 28, channels: 1 } })
      .png()
      .toBuffer();
    return { data: png.toString('base64'), stored };
  }

  test('comes to the very numbers that the same image of the data set comes to', async () => {
    using opened = await inspectedRun();
    const { run, ask } = opened;
    const { data, stored } = await digit(opened, false);
    const prepared = await ask('runs.prepareImage', { run, name: 'digit.png', data });
    expect(prepared).toMatchObject({
      width: 28,
      height: 28,
      grey: true,
      inverted: false,
      looksInverted: false,
    });
    expect([...numbersOf(prepared.pixels)]).toEqual(stored);
    const own = await ask('runs.featureMaps', { run, image: { pixels: prepared.pixels } });
    const known = await ask('runs.featureMaps', { run, image: testImage(3) });
    expect(own).toEqual({ ...known, label: null });
    // Nobody says what it is: the gradient is of the loss for what the network takes it for.
    const { target } = await ask('runs.gradients', { run, image: { pixels: prepared.pixels } });
    expect(target).toBe(known.probabilities.indexOf(Math.max(...known.probabilities)));
  });

  test('that is black on white is turned round, unless that is not wanted', async () => {
    using opened = await inspectedRun();
    const { data, stored } = await digit(opened, true);
    const asked = { run: opened.run, name: 'ink.png', data };
    const turned = await opened.ask('runs.prepareImage', asked);
    expect(turned).toMatchObject({ inverted: true, looksInverted: true });
    expect([...numbersOf(turned.pixels)]).toEqual(stored);
    const left = await opened.ask('runs.prepareImage', { ...asked, invert: false });
    expect(left).toMatchObject({ inverted: false, looksInverted: true });
    expect([...numbersOf(left.pixels)]).toEqual(stored.map((value) => 255 - value));
  });

  test('in colour and of another size becomes grey and small; what is no image is refused', async () => {
    using opened = await inspectedRun();
    const create = { width: 90, height: 60, channels: 3 as const, background: { r: 200, g: 0, b: 0 } };
    const data = (await sharp({ create }).png().toBuffer()).toString('base64');
    const prepared = await opened.ask('runs.prepareImage', { run: opened.run, name: 'red.png', data });
    expect(prepared).toMatchObject({ width: 90, height: 60, grey: true });
    expect(new Set(numbersOf(prepared.pixels))).toEqual(new Set([Math.round(0.299 * 200)]));
    const broken = { run: opened.run, name: 'x.png', data: Buffer.from('no image').toString('base64') };
    await expect(opened.ask('runs.prepareImage', broken)).rejects.toMatchObject({ code: 'dataset.damaged' });
  });
});

describe('predictions', () => {
  test('of the test set are those of its images, in parts that add up to it', async () => {
    using opened = await inspectedRun();
    const { run, ask } = opened;
    const parts = [
      await ask('runs.predict', { run, offset: 0, count: 5 }),
      await ask('runs.predict', { run, offset: 5, count: 100 }),
    ];
    expect(parts.map(({ labels }) => labels.shape)).toEqual([[5], [3]]);
    const predicted = parts.flatMap(({ predictions }) => [...numbersOf(predictions)]);
    const confidences = parts.flatMap((part) => [...numbersOf(part.confidences)]);
    const labels = parts.flatMap((part) => [...numbersOf(part.labels)]);
    expect(labels).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    let loss = 0;
    for (const [index, label] of labels.entries()) {
      const { probabilities } = await ask('runs.featureMaps', { run, image: testImage(index) });
      const most = Math.max(...probabilities);
      expect(predicted[index]).toBe(probabilities.indexOf(most));
      expect(confidences[index]).toBeCloseTo(most, 6);
      loss -= Math.log(probabilities[label] as number);
    }
    expect(parts[0]?.total).toBe(8);
    expect((parts[0]?.lossSum ?? 0) + (parts[1]?.lossSum ?? 0)).toBeCloseTo(loss, 4);
    const right = predicted.filter((prediction, i) => prediction === labels[i]).length;
    expect((parts[0]?.correct ?? 0) + (parts[1]?.correct ?? 0)).toBe(right);
  });

  test('of a folder of images are of all of them, by the names of their classes', async () => {
    using opened = await inspectedRun();
    const { run, ask, home } = opened;
    const { images } = (await openDataset('mnist', home)).splits.test as { images: Uint8Array };
    const folder = join(home, 'own digits');
    const kept = [0, 1, 3];
    for (const index of kept) {
      const name = ['7', '2', '1', '0'][index] as string;
      mkdirSync(join(folder, name), { recursive: true });
      const raw = images.slice(index * 784, (index + 1) * 784);
      for (const copy of ['a', 'b'])
        await sharp(raw, { raw: { width: 28, height: 28, channels: 1 } }).toFile(
          join(folder, name, `${copy}.png`),
        );
    }
    const dataset = { name: 'own digits', source: { type: 'image-folder', path: folder } };
    const found = await ask('runs.predict', { run, dataset, offset: 0, count: 100 });
    expect(found.total).toBe(6);
    const labels = [...numbersOf(found.labels)];
    expect(labels.toSorted()).toEqual([0, 0, 2, 2, 7, 7]);
    const predictions = numbersOf(found.predictions);
    for (const [i, label] of labels.entries()) {
      const index = kept.find((at) => [7, 2, 1, 0][at] === label) as number;
      const { probabilities } = await ask('runs.featureMaps', { run, image: testImage(index) });
      expect(predictions[i]).toBe(probabilities.indexOf(Math.max(...probabilities)));
    }
  });

  test('of images whose classes the network does not have are refused', async () => {
    using opened = await inspectedRun();
    const folder = join(opened.home, 'animals');
    for (const name of ['cat', 'dog']) {
      mkdirSync(join(folder, name), { recursive: true });
      const create = { width: 28, height: 28, channels: 3 as const, background: { r: 9, g: 9, b: 9 } };
      for (const copy of ['a', 'b', 'c']) await sharp({ create }).toFile(join(folder, name, `${copy}.png`));
    }
    const dataset = { name: 'animals', source: { type: 'image-folder', path: folder } };
    await expect(
      opened.ask('runs.predict', { run: opened.run, dataset, offset: 0, count: 10 }),
    ).rejects.toMatchObject({
      code: 'argument.invalid',
      message: expect.stringContaining('no class cat, dog'),
    });
  });
});

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
