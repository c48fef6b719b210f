import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import type { FeatureMaps } from '../../../core/contract/inspect.ts';
import type { TensorPayload } from '../../../core/contract/tensor.ts';
import { openDataset } from '../../../core/data/index.ts';
import { splitValidation } from '../../../core/data/split.ts';
import { inspectHandlers } from '../../../core/engine/handlers/inspect.ts';
import { readCheckpoint } from '../../../core/train/checkpoints.ts';
import { openSession } from '../../../core/train/session.ts';
import { checkpointedRun, smallExperiment } from '../../support/checkpointed-run.ts';
import { inspectHere } from '../../support/inspect.ts';
import { installEightDigits } from '../../support/mnist.ts';
import { queueRuns, temporaryStore } from '../../support/store.ts';
import { installBars } from '../../support/training.ts';

const floats = ({ data }: TensorPayload) =>
  new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer);

const image = (index: number) => ({ split: 'test', index });

async function openRun(experiment: unknown = smallExperiment, epochs = [1, 2]) {
  const temporary = temporaryStore();
  installEightDigits(temporary.home);
  const made = await checkpointedRun(temporary.store, epochs, experiment);
  return {
    ...temporary,
    ...made,
    handlers: inspectHandlers({ ...temporary, inspector: inspectHere(temporary) }),
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

describe('kernels', () => {
  test('are the weights of the checkpoint asked for, with their range', async () => {
    using opened = await openRun();
    const { run, handlers, store, home } = opened;
    for (const checkpoint of [1, 2]) {
      const stored = store.checkpoints.find(run, checkpoint);
      const { state } = await readCheckpoint(join(home, stored.path), stored.sha256);
      const weights = state.parameters.get('C3.weight') as Float32Array;
      const shown = await handlers['runs.kernels']({ run, layer: 'C3', checkpoint });
      expect(shown).toMatchObject({ run, epoch: checkpoint, layer: 'C3', parameter: 'C3.weight' });
      expect(shown.weights).toMatchObject({ shape: [16, 6, 5, 5], dtype: 'f32' });
      expect(floats(shown.weights)).toEqual(weights);
      expect([shown.minimum, shown.maximum]).toEqual([Math.min(...weights), Math.max(...weights)]);
    }
    expect((await handlers['runs.kernels']({ run, layer: 'OUT' })).epoch).toBe(2);
  });

  test('of a layer without weights, or of none, are refused with those that have some', async () => {
    using opened = await openRun();
    for (const layer of ['S2', 'C9']) {
      await expect(opened.handlers['runs.kernels']({ run: opened.run, layer })).rejects.toMatchObject({
        code: 'argument.invalid',
        subject: layer,
        hint: 'Layers with weights: C1, C3, C5, F6, OUT.',
      });
    }
  });

  test('of a run without a checkpoint are refused with the reason', async () => {
    using opened = await openRun(smallExperiment, []);
    await expect(opened.handlers['runs.kernels']({ run: opened.run, layer: 'C1' })).rejects.toMatchObject({
      code: 'argument.invalid',
      hint: expect.stringContaining('not been trained long enough'),
    });
  });

  test('of a checkpoint that was changed on disk are refused by the file', async () => {
    using opened = await openRun();
    const { run, handlers, store, home } = opened;
    const path = join(home, store.checkpoints.find(run, 'last').path);
    appendFileSync(path, 'x');
    await expect(handlers['runs.kernels']({ run, layer: 'C1' })).rejects.toMatchObject({
      code: 'file.damaged',
      subject: path,
    });
  });
});

describe('feature maps', () => {
  const layerOf = (maps: FeatureMaps, id: string) => maps.layers.find((layer) => layer.id === id);

  test('show the input as the network sees it, then what every layer makes of it', async () => {
    using opened = await openRun();
    const maps = await opened.handlers['runs.featureMaps']({ run: opened.run, image: image(3) });
    expect(maps).toMatchObject({ epoch: 2, label: 0 });
    expect(maps.layers.map(({ id, type, output }) => [id, type, output.shape])).toEqual([
      ['input', 'input', [1, 32, 32]],
      ['C1', 'conv', [6, 28, 28]],
      ['S2', 'pool', [6, 14, 14]],
      ['C3', 'conv', [16, 10, 10]],
      ['S4', 'pool', [16, 5, 5]],
      ['C5', 'dense', [120]],
      ['F6', 'dense', [84]],
      ['OUT', 'dense', [10]],
    ]);
    // The four corners are background: what black comes to, the least value there is.
    const input = layerOf(maps, 'input');
    for (const corner of [0, 31, 31 * 32, 1023]) {
      expect(floats(input?.output as TensorPayload)[corner]).toBe(input?.minimum);
    }
    for (const { output, minimum, maximum } of maps.layers) {
      expect([minimum, maximum]).toEqual([Math.min(...floats(output)), Math.max(...floats(output))]);
    }
    // Rectified.
    expect(layerOf(maps, 'C1')?.minimum).toBe(0);
  });

  test('have the image beside them as it is stored, where the network has it', async () => {
    using opened = await openRun();
    const { run, home, handlers } = opened;
    const { picture } = await handlers['runs.featureMaps']({ run, image: image(3) });
    expect([picture.shape, picture.dtype]).toEqual([[1, 32, 32], 'u8']);
    const bytes = Buffer.from(picture.data, 'base64');
    const stored = (await openDataset('mnist', home)).splits.test?.images.subarray(3 * 784, 4 * 784);
    const rows = Array.from({ length: 28 }, (_, row) => [
      ...bytes.subarray((row + 2) * 32 + 2, (row + 2) * 32 + 30),
    ]);
    expect(rows.flat()).toEqual([...(stored ?? [])]);
    expect(bytes.reduce((sum, value) => sum + value)).toBe(
      [...(stored ?? [])].reduce((sum, value) => sum + value),
    );
  });

  test('are prepared ahead for a run that has weights; one without is refused as the look itself would be', async () => {
    using opened = await openRun();
    expect(await opened.handlers['runs.prepare']({ run: opened.run })).toEqual({});
    using bare = await openRun(smallExperiment, []);
    await expect(bare.handlers['runs.prepare']({ run: bare.run })).rejects.toMatchObject({
      code: 'argument.invalid',
    });
  });

  test('end in probabilities: the softmax of the outputs', async () => {
    using opened = await openRun();
    const maps = await opened.handlers['runs.featureMaps']({ run: opened.run, image: image(0) });
    const powers = [...floats(layerOf(maps, 'OUT')?.output as TensorPayload)].map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    for (const [index, power] of powers.entries()) {
      expect(maps.probabilities[index]).toBeCloseTo(power / sum, 6);
    }
  });

  test('with squared error end in the outputs themselves', async () => {
    const options = { activation: 'sigmoid', loss: 'mse' };
    using opened = await openRun({ ...smallExperiment, model: { preset: 'lenet-5', options } });
    const maps = await opened.handlers['runs.featureMaps']({ run: opened.run, image: image(0) });
    const outputs = floats(layerOf(maps, 'OUT')?.output as TensorPayload);
    for (const [index, output] of outputs.entries()) expect(maps.probabilities[index]).toBeCloseTo(output, 6);
  });

  test('predict what the run itself predicts of the image', async () => {
    using opened = await openRun();
    const { run, config, handlers, store, home } = opened;
    const session = await openSession(config, { home, backend: createReferenceBackend(), threads: 1 });
    const stored = store.checkpoints.find(run, 'last');
    session.program.setState((await readCheckpoint(join(home, stored.path), stored.sha256)).state);
    const { predictions } = await session.program.evaluate('test', session.splits.test.indices);
    for (const [index, prediction] of predictions.entries()) {
      const { probabilities } = await handlers['runs.featureMaps']({ run, image: image(index) });
      expect(probabilities.indexOf(Math.max(...probabilities))).toBe(prediction);
    }
  });

  test('are refused where other data took the place of those trained on: they would be of other images', async () => {
    using opened = await openRun();
    const { run, handlers, home } = opened;
    installBars(home, { train: 30, test: 10 });
    await expect(handlers['runs.featureMaps']({ run, image: image(0) })).rejects.toMatchObject({
      code: 'dataset.missing',
      subject: 'mnist',
      hint: expect.stringContaining('datasets import'),
    });
  });

  test('of the validation set are of the images that were held out', async () => {
    using opened = await openRun();
    const { run, config, handlers, home } = opened;
    const labels = (await openDataset('mnist', home)).splits.train?.labels ?? new Int32Array();
    const held = splitValidation(8, 3, config.seed);
    for (const split of ['train', 'validation'] as const) {
      for (const [index, sample] of held[split].entries()) {
        const { label } = await handlers['runs.featureMaps']({ run, image: { split, index } });
        expect(label).toBe(labels[sample]);
      }
    }
  });

  test.each([
    ['test', 8],
    ['validation', 3],
    ['valid', 0],
  ])(
    'of split %s and image %d, which are not there, are refused with those that are',
    async (split, index) => {
      using opened = await openRun();
      await expect(
        opened.handlers['runs.featureMaps']({ run: opened.run, image: { split, index } }),
      ).rejects.toMatchObject({
        code: 'argument.invalid',
        hint: 'The run has train (5 images), validation (3 images), test (8 images).',
      });
    },
  );
});

describe('a confusion matrix', () => {
  test('is shown with the names of its classes', async () => {
    using opened = await openRun();
    const { run, store, handlers } = opened;
    expect(await handlers['runs.confusion']({ run })).toBeNull();
    const confusion = new Uint32Array(100);
    confusion[10 * 4 + 9] = 3;
    const evaluation = { split: 'test', epoch: 1, step: 2, seconds: 1, samples: 3, correct: 0 };
    store.evaluations.record(run, { ...evaluation, metrics: { accuracy: 0 }, confusion });
    const shown = await handlers['runs.confusion']({ run });
    expect(shown).toMatchObject({ run, epoch: 1, split: 'test', classes: [...'0123456789'] });
    expect(shown?.counts[4]?.[9]).toBe(3);
    expect(shown?.counts.flat().reduce((a, b) => a + b)).toBe(3);
  });

  test('of a data set this version does not know has numbers for names', async () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const [run = ''] = queueRuns(store, 'a');
    store.runs.extend(run, 1, { dataset: { name: 'lost' } });
    const evaluation = { split: 'test', epoch: 1, step: 2, seconds: 1, samples: 10, correct: 5, metrics: {} };
    store.evaluations.record(run, { ...evaluation, confusion: Uint32Array.of(1, 2, 3, 4) });
    expect(
      await inspectHandlers({ ...temporary, inspector: inspectHere(temporary) })['runs.confusion']({ run }),
    ).toMatchObject({
      classes: ['0', '1'],
    });
  });
});
