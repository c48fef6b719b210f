import { describe, expect, test } from 'vitest';
import type { SampleSource } from '../../../core/backends/backend.ts';
import { preprocessDescriptors, preprocessSchema } from '../../../core/data/preprocess/index.ts';
import { planTransform } from '../../../core/data/preprocess.ts';

/** Three images of two channels of 1x2; the third is not trained on. */
const source: SampleSource = {
  images: Uint8Array.of(0, 100, 10, 10, 200, 100, 30, 30, 255, 255, 255, 255),
  labels: Int32Array.of(0, 1, 0),
  shape: [2, 1, 2],
  classes: 2,
};
const training = Uint32Array.of(0, 1);
const input = [2, 1, 2];

/** What the network sees of a byte. */
const seen = (byte: number, channel: number, plan: ReturnType<typeof planTransform>) =>
  byte * (plan.transform.scale[channel] as number) + (plan.transform.shift[channel] as number);

describe('preprocessing', () => {
  test('without steps shows pixels as 0 to 1', () => {
    const plan = planTransform([], source, training, input);
    expect(seen(255, 0, plan)).toBeCloseTo(1, 6);
    expect(plan.mean).toEqual([0, 0]);
    expect(plan.deviation).toEqual([1, 1]);
  });

  test('standardizes each channel by the training samples alone', () => {
    const plan = planTransform([{ type: 'standardize' }], source, training, input);
    // Channel 0: 0, 100, 200, 100, of mean 100 and deviation sqrt(5000). Channel 1: 10, 10, 30, 30, of mean 20 and 10.
    expect(plan.mean.map((value) => value * 255)).toEqual([expect.closeTo(100, 9), expect.closeTo(20, 9)]);
    expect(plan.deviation.map((value) => value * 255)).toEqual([
      expect.closeTo(Math.sqrt(5000), 9),
      expect.closeTo(10, 9),
    ]);
    expect(seen(100, 0, plan)).toBeCloseTo(0, 5);
    expect(seen(30, 1, plan)).toBeCloseTo(1, 5);
  });

  test('only centres a channel that is constant', () => {
    const flat = { ...source, images: new Uint8Array(12).fill(51) };
    const plan = planTransform([{ type: 'standardize' }], flat, training, input);
    expect(plan.mean[0]).toBeCloseTo(0.2, 9);
    expect(plan.deviation).toEqual([1, 1]);
  });

  test('scales black and white to the two ends, whatever came before', () => {
    for (const before of [[], [{ type: 'standardize' }]]) {
      const plan = planTransform([...before, { type: 'scale', to: [-1, 3] }], source, training, input);
      expect(seen(0, 0, plan)).toBeCloseTo(-1, 6);
      expect(seen(255, 0, plan)).toBeCloseTo(3, 6);
    }
  });

  test('applies steps in order', () => {
    const once = planTransform([{ type: 'standardize' }], source, training, input);
    const after = planTransform(
      [{ type: 'scale', to: [5, 9] }, { type: 'standardize' }],
      source,
      training,
      input,
    );
    expect(seen(30, 1, after)).toBeCloseTo(seen(30, 1, once), 5);
  });

  test('reports mean and deviation that undo it, for any step', () => {
    const plan = planTransform([{ type: 'scale', to: [2, -2] }], source, training, input);
    const [mean, deviation] = [plan.mean[0] as number, plan.deviation[0] as number];
    for (const byte of [0, 77, 255])
      expect((byte / 255 - mean) / deviation).toBeCloseTo(seen(byte, 0, plan), 5);
  });

  test('centres an image in a larger input', () => {
    const digits = { ...source, images: new Uint8Array(784), shape: [1, 28, 28] };
    const { transform } = planTransform([], digits, Uint32Array.of(0), [1, 32, 33]);
    expect(transform).toMatchObject({ padTop: 2, padLeft: 2 });
  });

  test('takes the middle of an image that windows are cut out of', () => {
    const large = { ...source, images: new Uint8Array(256 * 256), shape: [1, 256, 256] };
    const { transform } = planTransform([], large, Uint32Array.of(0), [1, 227, 226], true);
    expect(transform).toMatchObject({ padTop: -15, padLeft: -15 });
  });

  test.each([
    [[2, 1, 1], 'too narrow'],
    [[2, 0, 2], 'too low'],
    [[3, 1, 2], 'of other channels'],
  ])('refuses a model input of %j, which is %s, naming both shapes', (model) => {
    expect(() => planTransform([], source, training, model)).toThrow(
      expect.objectContaining({
        code: 'graph.shape',
        message: `Images of [2, 1, 2] do not fit a model input of [${model.join(', ')}].`,
      }),
    );
  });

  test('names the step and key that cannot be read', () => {
    expect(() => planTransform([{ type: 'scale', from: 3 }], source, training, input)).toThrow(
      expect.objectContaining({
        code: 'spec.unknown-key',
        issues: [expect.objectContaining({ path: 'dataset.preprocess.0.from' })],
      }),
    );
    expect(() => planTransform([{ type: 'standardise' }], source, training, input)).toThrow(
      /did you mean "standardize"/,
    );
  });

  test('every step describes its form and reads its own defaults', () => {
    for (const { type, label, help } of preprocessDescriptors) {
      expect(preprocessSchema.parse({ type }).type).toBe(type);
      expect(label).not.toBe('');
      expect(help).not.toBe('');
    }
  });
});

describe('preprocessing of samples that are floats', () => {
  /** Two whitened images of two channels of 1x1. */
  const whitened: SampleSource = {
    images: Float32Array.of(-1, 4, 3, 4),
    labels: Int32Array.of(0, 1),
    shape: [2, 1, 1],
    classes: 2,
  };

  test('without steps shows them as they are', () => {
    const plan = planTransform([], whitened, training, [2, 1, 1]);
    expect(plan).toMatchObject({ mean: [0, 0], deviation: [1, 1] });
    expect([seen(-1, 0, plan), seen(4, 1, plan)]).toEqual([-1, 4]);
  });

  test('standardizes by their own mean and deviation', () => {
    const plan = planTransform([{ type: 'standardize' }], whitened, training, [2, 1, 1]);
    expect(plan).toMatchObject({ mean: [1, 4], deviation: [2, 1] });
    expect([seen(-1, 0, plan), seen(3, 0, plan), seen(4, 1, plan)]).toEqual([-1, 1, 0]);
  });

  test('refuses to scale black and white, which they do not have', () => {
    expect(() => planTransform([{ type: 'scale' }], whitened, training, [2, 1, 1])).toThrow(
      expect.objectContaining({ code: 'spec.invalid', message: expect.stringMatching(/whitened/) }),
    );
  });
});
