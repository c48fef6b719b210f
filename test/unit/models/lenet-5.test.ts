import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetDescriptor } from '../../../core/contract/catalog.ts';
import { experimentEnvelope } from '../../../core/contract/specs.ts';
import { compilePlan } from '../../../core/graph/compile.ts';
import { describeModel } from '../../../core/graph/describe.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { connectionCount, connectionTable } from '../../../core/layers/connections.ts';
import { findPreset, presetDescriptors, resolveModel } from '../../../core/models/index.ts';
import { initialParameters } from '../../../core/train/initialize.ts';

const lenet5 = async (options?: Record<string, unknown>) =>
  buildGraph(await resolveModel({ preset: 'lenet-5', ...(options && { options }) }));

describe('LeNet-5', () => {
  it('has the shapes and parameters of the paper', async () => {
    const { layers, parameters, flops } = describeModel(await lenet5(), 64);
    expect(layers.map(({ id, shape, parameters: count }) => [id, shape.join('x'), count])).toEqual([
      ['C1', '6x28x28', 156],
      ['S2', '6x14x14', 0],
      ['C3', '16x10x10', 1516],
      ['S4', '16x5x5', 0],
      ['C5', '120', 48120],
      ['F6', '84', 10164],
      ['OUT', '10', 850],
    ]);
    expect(parameters).toBe(60806);
    expect(flops).toBe(layers.reduce((sum, layer) => sum + layer.flops, 0));
  });

  it('counts a multiply-add as two operations', async () => {
    const { layers } = describeModel(await lenet5(), 64);
    // 28 * 28 outputs of 6 filters: 25 multiply-adds, a bias and a sigmoid each
    expect(layers[0]?.flops).toBe(28 * 28 * 6 * (2 * 25 + 2));
    // 60 connections instead of 96
    expect(layers[2]?.flops).toBe(10 * 10 * (2 * 60 * 25 + 2 * 16));
    expect(layers[6]?.flops).toBe(10 * (2 * 84 + 1));
  });

  it('needs memory that grows with the batch', async () => {
    const graph = await lenet5();
    const [small, large] = [describeModel(graph, 16), describeModel(graph, 32)];
    const perSample = (large.memoryBytes - small.memoryBytes) / 16;
    expect(perSample).toBeGreaterThan(4 * (6 * 28 * 28 + 6 * 14 * 14));
    expect(small.memoryBytes - 16 * perSample).toBe(4 * 3 * (156 + 2416 + 48120 + 10164 + 850));
  });

  it('connects C3 as table 1 of the paper: 6 columns of 3 maps in a row, 6 of 4, 3 of 4 apart, 1 of all', () => {
    const table = connectionTable('lenet-5-c3');
    const columns = Array.from({ length: 16 }, (_, filter) =>
      [0, 1, 2, 3, 4, 5].filter((map) => table[map]?.[filter] === 'X'),
    );
    const run = (first: number, length: number) =>
      Array.from({ length }, (_, i) => (first + i) % 6).toSorted((a, b) => a - b);
    expect(columns.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((first) => run(first, 3)));
    expect(columns.slice(6, 12)).toEqual([0, 1, 2, 3, 4, 5].map((first) => run(first, 4)));
    expect(columns.slice(12)).toEqual([
      [0, 1, 3, 4],
      [1, 2, 4, 5],
      [0, 2, 3, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
    expect(connectionCount(table)).toBe(60);
  });

  it('has the options activation, pooling, loss and full connection', async () => {
    const options = { activation: 'relu', pooling: 'max', loss: 'mse', fullConnection: true };
    const graph = await lenet5(options);
    const { layers } = describeModel(graph, 1);
    expect(layers.map(({ activation }) => activation)).toEqual([
      'relu',
      undefined,
      'relu',
      undefined,
      'relu',
      'relu',
      undefined,
    ]);
    expect(layers[2]?.parameters).toBe(16 * 6 * 25 + 16);
    expect(graph.layers[1]?.spec).toMatchObject({ mode: 'max' });
    expect(graph.loss.type).toBe('mse');
  });

  it('has LeCun’s own subsampling, with 12 and 32 parameters, and output when asked for', async () => {
    const original = { activation: 'scaled-tanh', subsampling: 'trained', output: 'rbf' };
    const { layers, parameters } = describeModel(await lenet5(original), 1);
    expect(layers.map(({ id, type, parameters: count }) => [id, type, count])).toEqual([
      ['C1', 'conv', 156],
      ['S2', 'pool', 12],
      ['C3', 'conv', 1516],
      ['S4', 'pool', 32],
      ['C5', 'dense', 48120],
      ['F6', 'dense', 10164],
      ['OUT', 'rbf', 0],
    ]);
    expect(parameters).toBe(60_000);
  });

  it('starts its output from digits of 7x12 pixels, no two alike', async () => {
    const plan = compilePlan(await lenet5({ output: 'rbf' }), { retain: false });
    const centres = initialParameters(plan, 1).get('OUT.weight') as Float32Array;
    expect(centres.length).toBe(10 * 84);
    expect(new Set(centres)).toEqual(new Set([1, -1]));
    const patterns = Array.from({ length: 10 }, (_, i) => centres.subarray(i * 84, (i + 1) * 84).join());
    expect(new Set(patterns).size).toBe(10);
  });

  it('cannot have distances as targets', async () => {
    await expect(lenet5({ output: 'rbf', loss: 'mse' })).rejects.toMatchObject({ code: 'graph.structure' });
  });

  it('keeps sigmoid on the output only against one-hot targets (5)', async () => {
    const output = async (options: Record<string, unknown>) =>
      describeModel(await lenet5(options), 1).layers.at(-1)?.activation;
    expect(await output({ loss: 'mse' })).toBe('sigmoid');
    expect(await output({})).toBeUndefined();
  });

  it('refuses unknown options and values', async () => {
    const unknown = resolveModel({ preset: 'lenet-5', options: { activations: 'relu' } });
    await expect(unknown).rejects.toMatchObject({
      code: 'spec.unknown-key',
      subject: 'model.options.activations',
    });
    const wrong = resolveModel({ preset: 'lenet-5', options: { pooling: 'median' } });
    await expect(wrong).rejects.toMatchObject({ code: 'spec.invalid', subject: 'model.options.pooling' });
  });

  it('is described to the window as the contract says, with a complete experiment', () => {
    for (const descriptor of presetDescriptors) {
      expect(presetDescriptor.parse(descriptor)).toEqual(descriptor);
      expect(experimentEnvelope.parse(descriptor.experiment)).toEqual(descriptor.experiment);
      for (const { default: value } of descriptor.options) expect(value).toBeDefined();
    }
  });
});

describe('a model source', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convolab-models-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const yaml = `
version: 1
name: tiny
input: [1, 4, 4]
layers:
  - { id: OUT, type: dense, units: 2 }
loss: { type: mse }
`;

  it('is a file, in YAML or in JSON', async () => {
    const path = join(folder, 'model.yaml');
    await writeFile(path, yaml);
    const model = await resolveModel({ file: path });
    expect(model.layers[0]).toMatchObject({ id: 'OUT', units: 2 });
    const json = join(folder, 'model.json');
    await writeFile(json, JSON.stringify(model));
    expect(await resolveModel({ file: json })).toEqual(model);
  });

  it('names the file that cannot be read, or is no YAML', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(resolveModel({ file: missing })).rejects.toMatchObject({
      code: 'file.unreadable',
      subject: missing,
    });
    const broken = join(folder, 'broken.yaml');
    await writeFile(broken, 'layers: [');
    await expect(resolveModel({ file: broken })).rejects.toMatchObject({
      code: 'spec.syntax',
      subject: broken,
    });
  });

  it('names the nearest preset to one that there is not', () => {
    expect(() => findPreset('lenet5')).toThrow(
      expect.objectContaining({
        code: 'preset.unknown',
        message: expect.stringContaining('did you mean "lenet-5"?'),
      }),
    );
  });
});
