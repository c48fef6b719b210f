import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConvolabError } from '../../../core/contract/errors.ts';
import { describeModel } from '../../../core/graph/describe.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { presets, resolveModel } from '../../../core/models/index.ts';
import { expandShorthand, looksLikeShorthand } from '../../../core/models/shorthand.ts';
import { applySet, expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { embedModelFiles } from '../../../core/train/model-issues.ts';

const digits = '1x29x29-20C4-MP2-40C5-MP3-150N-10N';

const faultsOf = (source: object): string[] => {
  try {
    expandShorthand(source);
  } catch (thrown) {
    return ((thrown as ConvolabError).issues ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

describe('shorthand', () => {
  it('stands for the layers that the papers mean by it, tanh but for the output', () => {
    const { input, layers, loss, name } = expandShorthand({ shorthand: digits });
    expect({ input, loss, name }).toMatchObject({
      input: [1, 29, 29],
      loss: { type: 'softmax-cross-entropy' },
      name: digits,
    });
    expect(layers).toMatchObject([
      { id: 'C1', type: 'conv', filters: 20, kernel: 4, stride: 1, activation: 'tanh' },
      { id: 'P2', type: 'pool', mode: 'max', size: 2 },
      { id: 'C3', type: 'conv', filters: 40, kernel: 5, activation: 'tanh' },
      { id: 'P4', type: 'pool', mode: 'max', size: 3 },
      { id: 'N5', type: 'dense', units: 150, activation: 'tanh' },
      { id: 'N6', type: 'dense', units: 10, activation: 'linear' },
    ]);
  });

  it('takes strides, padding, mean pooling, another activation and loss, in small letters too', () => {
    const source = { shorthand: '3x32x32-8c5s2p2-ap3s2-10n', activation: 'relu', loss: { type: 'mse' } };
    const { layers, loss } = expandShorthand(source);
    expect(layers).toMatchObject([
      { type: 'conv', filters: 8, kernel: 5, stride: 2, pad: 2, activation: 'relu' },
      { type: 'pool', mode: 'mean', size: 3, stride: 2 },
      { type: 'dense', units: 10 },
    ]);
    expect(loss).toMatchObject({ type: 'mse' });
  });

  it('is known by its parts, also where its input is left out or wrong, and no preset is', () => {
    for (const text of [digits, '29x29-20C4-10N', '1x29x29', '20C4-10N', '1x8x8-3Q4'])
      expect(looksLikeShorthand(text), text).toBe(true);
    for (const text of [...presets.map(({ name }) => name), 'lenet5', 'stl-12', ''])
      expect(looksLikeShorthand(text), text).toBe(false);
  });

  it('may have been copied from print, with dashes and spaces', () => {
    const { layers, input } = expandShorthand({ shorthand: ' 1x29x29–20C4 – MP2−10N ' });
    expect(input).toEqual([1, 29, 29]);
    expect(layers.map(({ id }) => id)).toEqual(['C1', 'P2', 'N3']);
  });

  it('names every part that it cannot read', () => {
    expect(faultsOf({ shorthand: '29x29-20D4-MP2-10N' })).toEqual([
      'model.shorthand: "29x29" must be the input as channels x height x width, such as 1x29x29',
      expect.stringContaining('model.shorthand: part 2, "20D4", is none of 20C4'),
    ]);
    expect(faultsOf({ shorthand: '1x29x29-20C4-MP2' })).toEqual([
      'model.shorthand: the last part must be the output, such as 10N',
    ]);
    expect(faultsOf({ shorthand: digits, activation: 'rleu' })).toEqual([
      expect.stringMatching(/^model\.activation: .*did you mean "relu"/),
    ]);
    expect(faultsOf({ shorthand: digits, activations: 'relu' })).toEqual([
      expect.stringMatching(/^model\.activations: unknown key/),
    ]);
  });
});

describe('an experiment in shorthand', () => {
  const experiment = (model: object, grid: object = {}) =>
    parseExperiment({
      config: { version: 1, name: 'short', dataset: { name: 'mnist' }, model, train: {}, grid },
    });

  it('has its activation written out, so that a comparison shows it', () => {
    expect(experiment({ shorthand: digits }).model).toEqual({ shorthand: digits, activation: 'tanh' });
  });

  it('reports what is wrong with the network at the shorthand', () => {
    const issues = (model: object) => {
      try {
        experiment(model);
      } catch (thrown) {
        return (thrown as ConvolabError).issues;
      }
      return [];
    };
    expect(issues({ shorthand: '1x29x29-20Q4-10N' })).toMatchObject([{ path: 'model.shorthand' }]);
    expect(issues({ shorthand: '1x29x29-20C40-10N' })?.[0]?.message).toContain('does not fit');
    expect(issues({ shorthand: '1x29x29-20C4-9N' })?.[0]?.message).toContain('9 outputs');
  });

  it('varies over several networks', () => {
    const runs = expandExperiment(
      experiment({ preset: 'lenet-5' }, { 'model.shorthand': [digits, '1x28x28-10N'] }),
    );
    expect(runs.map(({ model }) => model)).toEqual([
      { shorthand: digits, activation: 'tanh' },
      { shorthand: '1x28x28-10N', activation: 'tanh' },
    ]);
  });

  it('takes the place of a preset by --set, and a preset that of a shorthand', () => {
    const preset = { model: { preset: 'lenet-5', options: { activation: 'relu' } } };
    const short = applySet(preset, `model.shorthand=${digits}`);
    expect(short).toEqual({ model: { shorthand: digits } });
    expect(applySet(short, 'model.activation=relu')).toEqual({
      model: { shorthand: digits, activation: 'relu' },
    });
    expect(applySet(short, 'model.preset=lenet-5')).toEqual({ model: { preset: 'lenet-5' } });
    expect(applySet(preset, 'model.preset=alexnet')).toMatchObject({
      model: { options: { activation: 'relu' } },
    });
  });
});

describe('a model file in shorthand', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convolab-shorthand-'));
    const file = `version: 1\nname: column\nshorthand: ${digits}\nactivation: relu\n`;
    await writeFile(join(folder, 'column.yaml'), file);
    await writeFile(join(folder, 'broken.yaml'), 'version: 1\nshorthand: 1x2x2-3N\nlayers: []\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read like any other', async () => {
    const model = await resolveModel({ file: join(folder, 'column.yaml') });
    expect(model).toMatchObject({ name: 'column' });
    expect(describeModel(buildGraph(model), 1).parameters).toBe(76_040);
    await expect(resolveModel({ file: join(folder, 'broken.yaml') })).rejects.toMatchObject({
      code: 'spec.unknown-key',
    });
  });

  it('becomes part of an experiment that names it', async () => {
    const raw = {
      version: 1,
      name: 'x',
      dataset: { name: 'mnist' },
      model: { file: 'column.yaml' },
      train: {},
    };
    const embedded = await embedModelFiles(raw, folder);
    expect(parseExperiment({ config: embedded }).model).toMatchObject({ spec: { name: 'column' } });
  });
});
