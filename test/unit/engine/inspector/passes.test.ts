import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../../core/export/safetensors.ts';
import { resolveModel } from '../../../../core/models/index.ts';
import { readCheckpoint } from '../../../../core/train/checkpoints.ts';
import { smallExperiment } from '../../../support/checkpointed-run.ts';
import { cli } from '../../../support/cli.ts';
import { inspectedRun, numbersOf, testImage } from '../../../support/inspect.ts';

const sigmoid = { ...smallExperiment, model: { preset: 'lenet-5', options: { activation: 'sigmoid' } } };

/** What `convolab probe` says of the image that a run's feature maps are of. */
async function probed(opened: Awaited<ReturnType<typeof inspectedRun>>, index: number) {
  const { run, config, home, store, ask } = opened;
  const maps = await ask('runs.featureMaps', { run, image: testImage(index) });
  const { path, sha256 } = store.checkpoints.find(run, 'last');
  const { state } = await readCheckpoint(join(home, path), sha256);
  const file = (name: string) => join(home, name);
  writeFileSync(file('model.json'), JSON.stringify(await resolveModel(config.model)));
  const [input] = maps.layers;
  await writeSafetensors(
    file('weights.safetensors'),
    new Map(
      [...state.parameters].map(([name, data]) => [name, { shape: shapes[name] ?? [data.length], data }]),
    ),
  );
  await writeSafetensors(
    file('batch.safetensors'),
    new Map([
      ['x', { shape: [1, 1, 32, 32], data: numbersOf(input?.output as never) as Float32Array }],
      ['y', { shape: [1], data: Int32Array.of(maps.label as number) }],
    ]),
  );
  const names = ['model.json', 'weights.safetensors', 'batch.safetensors', 'out.safetensors'];
  const [model, weights, batch, out] = names.map(file) as [string, string, string, string];
  const words = ['probe', '--model', model, '--weights', weights, '--batch', batch, '--out', out];
  const { code, stderr } = await cli(home, [...words, '--backend', 'cpu', '--threads', '1']);
  expect([code, stderr]).toEqual([0, '']);
  return { maps, tensors: (await readSafetensors(out)).tensors };
}

/** Of LeNet-5's weights; biases are vectors. */
const shapes: Readonly<Record<string, number[]>> = {
  'C1.weight': [6, 1, 5, 5],
  'C3.weight': [16, 6, 5, 5],
  'C5.weight': [120, 400],
  'F6.weight': [84, 120],
  'OUT.weight': [10, 84],
};

describe('what is shown of an image', () => {
  test('is what `probe` says, bit by bit: every layer’s output, and the gradient of every parameter', async () => {
    using opened = await inspectedRun(sigmoid);
    const { maps, tensors } = await probed(opened, 2);
    for (const { id, output } of maps.layers.slice(1))
      expect(numbersOf(output), id).toEqual(tensors.get(`${id}.out`)?.data);
    const gradients = await opened.ask('runs.gradients', { run: opened.run, image: testImage(2) });
    expect(gradients.target).toBe(maps.label);
    expect(gradients.parameters).toHaveLength(10);
    for (const { name, rms } of gradients.parameters) {
      const data = tensors.get(`${name}.grad`)?.data as Float32Array;
      expect(rms, name).toBe(Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length));
    }
    expect(gradients.loss).toBeCloseTo(tensors.get('loss')?.data[0] as number, 6);
  });

  test('reaches each layer as what `probe` says of its bias: the gradient there, through the slope', async () => {
    using opened = await inspectedRun(sigmoid);
    const { maps, tensors } = await probed(opened, 4);
    const { layers } = await opened.ask('runs.gradients', { run: opened.run, image: testImage(4) });
    expect(layers.map(({ id }) => id)).toEqual(maps.layers.map(({ id }) => id));
    for (const id of ['C1', 'C3', 'C5', 'F6', 'OUT']) {
      const gradient = numbersOf(layers.find((layer) => layer.id === id)?.gradient as never);
      const y = tensors.get(`${id}.out`)?.data as Float32Array;
      const bias = tensors.get(`${id}.bias.grad`)?.data as Float32Array;
      const plane = y.length / bias.length;
      const slopes = y.map((value) => (id === 'OUT' ? 1 : value * (1 - value)));
      const passed = gradient.map((value, i) => value * (slopes[i] as number));
      const told = layers.find((layer) => layer.id === id)?.delta;
      expect(told, id).toBeCloseTo(Math.hypot(...passed) / Math.sqrt(passed.length), 8);
      for (const [map, expected] of bias.entries()) {
        let sum = 0;
        for (let i = map * plane; i < (map + 1) * plane; i++) sum += passed[i] as number;
        expect(Math.abs(sum - expected), `${id} ${map}`).toBeLessThan(1e-5 * Math.max(...bias.map(Math.abs)));
      }
    }
    const [input] = layers;
    const values = [...numbersOf(input?.gradient as never)];
    expect(input?.norm).toBeCloseTo(Math.hypot(...values), 8);
    expect(input?.rms).toBeCloseTo(Math.hypot(...values) / 32, 8);
  });

  test('adds up to what `probe` says of a pixel: patch times kernel, plus bias, through the activation', async () => {
    using opened = await inspectedRun(sigmoid);
    const { tensors } = await probed(opened, 0);
    const places = [
      { layer: 'C1', channel: 3, row: 10, column: 7, parts: 1 },
      { layer: 'S2', channel: 5, row: 13, column: 0, parts: 1 },
      { layer: 'C3', channel: 0, row: 9, column: 9, parts: 3 },
      { layer: 'C3', channel: 15, row: 0, column: 4, parts: 6 },
      { layer: 'S4', channel: 15, row: 2, column: 2, parts: 1 },
      { layer: 'C5', channel: 119, row: 0, column: 0, parts: 16 },
      { layer: 'OUT', channel: 9, row: 0, column: 0, parts: 1 },
    ];
    for (const { parts, ...place } of places) {
      const found = await opened.ask('runs.arithmetic', { run: opened.run, image: testImage(0), ...place });
      const { shape = [], data = [] } = tensors.get(`${place.layer}.out`) ?? {};
      const [, , rows = 1, columns = 1] = shape;
      expect(found?.output).toBe(data[(place.channel * rows + place.row) * columns + place.column]);
      expect(found?.result).toBeCloseTo(found?.output as number, 5);
      expect(found?.parts).toHaveLength(parts);
    }
  });
});

test('over many images each layer is reached by what reaches it of every one of them', async () => {
  using opened = await inspectedRun(sigmoid);
  const { run, ask } = opened;
  const flow = await ask('runs.gradientFlow', { run });
  expect(flow).toMatchObject({ run, split: 'test', count: 8 });
  const each = await Promise.all(
    Array.from({ length: 8 }, (_, i) => ask('runs.gradients', { run, image: testImage(i) })),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(flow.loss / mean(each.map(({ loss }) => loss))).toBeCloseTo(1, 5);
  expect(flow.layers.map(({ id }) => id)).toEqual(each[0]?.layers.map(({ id }) => id));
  for (const [at, { id, delta }] of flow.layers.entries()) {
    const squares = each.map(({ layers }) => (layers[at]?.delta ?? 0) ** 2);
    expect(delta / Math.sqrt(mean(squares)), id).toBeCloseTo(1, 5);
  }
  const few = await ask('runs.gradientFlow', { run, count: 2 });
  expect(few.count).toBe(2);
  expect(few.loss).not.toBe(flow.loss);
});

test('a question about one image does not wait for those about many', async () => {
  using opened = await inspectedRun();
  const { run, ask } = opened;
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  await Promise.all([
    ask('runs.gradients', { run, image: testImage(0) }).then(note('first')),
    ask('runs.embedding', { run }).then(note('many')),
    ask('runs.predict', { run, offset: 0, count: 8 }).then(note('more')),
    ask('runs.featureMaps', { run, image: testImage(1) }).then(note('one')),
  ]);
  expect(order).toEqual(['first', 'one', 'many', 'more']);
  // Nor for one that is under way: it has its turn between two batches.
  order.length = 0;
  await Promise.all([
    ask('runs.strongest', { run, layer: 'C3' }).then(note('many')),
    ask('runs.featureMaps', { run, image: testImage(2) }).then(note('one')),
  ]);
  expect(order).toEqual(['one', 'many']);
});

describe('questions that make no sense', () => {
  test.each([
    ['runs.arithmetic', { layer: 'C9', channel: 0 }, 'C9'],
    ['runs.arithmetic', { layer: 'C1', channel: 6 }, 'C1'],
    ['runs.gradients', { target: 10 }, '10'],
    ['runs.saliency', { target: 99 }, '99'],
    ['runs.featureMaps', { image: { split: 'test', index: 8 } }, 'test'],
    ['runs.featureMaps', { image: { pixels: { shape: [3, 28, 28], dtype: 'u8', data: 'AAAA' } } }, 'image'],
  ] as const)('%s of %j are refused by their object', async (question, params, subject) => {
    using opened = await inspectedRun();
    const asked = { run: opened.run, image: testImage(0), ...params };
    await expect(opened.ask(question, asked as never)).rejects.toMatchObject({
      code: 'argument.invalid',
      subject,
    });
  });
});
