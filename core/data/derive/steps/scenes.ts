import { z } from 'zod';
import { integer, number } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import { seedField } from '../fields.ts';
import { type FixedSamples, sizeOf } from '../samples.ts';
import { composeScene, type Scene } from '../scene.ts';
import { defineDerivation, mapFixed, mustBeLabelled, trainAndTest } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('scenes'),
  height: integer({
    label: 'Height',
    help: 'Rows of a scene.',
    unit: 'pixels',
    default: 128,
    minimum: 8,
    maximum: 1024,
  }),
  width: integer({
    label: 'Width',
    help: 'Columns of a scene.',
    unit: 'pixels',
    default: 128,
    minimum: 8,
    maximum: 1024,
  }),
  fewest: integer({ label: 'Fewest objects', help: 'On a scene.', default: 1, minimum: 0, maximum: 50 }),
  most: integer({ label: 'Most objects', help: 'On a scene.', default: 5, minimum: 1, maximum: 50 }),
  smallest: number({
    label: 'Smallest',
    help: 'Side of an object, times its own.',
    default: 0.7,
    minimum: 0.1,
    maximum: 8,
  }),
  largest: number({
    label: 'Largest',
    help: 'Side of an object, times its own.',
    default: 2,
    minimum: 0.1,
    maximum: 8,
  }),
  clutter: integer({
    label: 'Clutter',
    help: 'Fragments of other images strewn over a scene.',
    default: 24,
    minimum: 0,
    maximum: 500,
  }),
  train: integer({ label: 'Training scenes', help: 'Made of training images.', default: 4000, minimum: 1 }),
  test: integer({ label: 'Test scenes', help: 'Made of test images.', default: 1000, minimum: 1 }),
  seed: seedField('what lies where'),
});

/** A task of finding and telling objects, made of a set of single ones: several of them, of varied size, amid clutter. */
export const scenes = defineDerivation<z.output<typeof schema>>({
  type: 'scenes',
  label: 'Detection scenes',
  help: 'Places images of varied size on cluttered canvases, and keeps where each is: a detection task without a download.',
  schema,
  dropsLabels: true,
  apply(step, set, refuse) {
    if (step.fewest > step.most) throw refuse('fewest', `must be at most ${step.most}, the most objects`);
    if (step.smallest > step.largest)
      throw refuse('smallest', `must be at most ${step.largest}, the largest`);
    return mapFixed(trainAndTest(set), refuse, (samples, name) => {
      if (samples.shape[0] !== 1)
        throw refuse('', 'scenes are made of grey images; put { type: grey } before');
      if (samples.floats) throw refuse('', 'scenes are made of bytes, not of whitened images');
      return scenesOf(samples, mustBeLabelled(samples, refuse), step, name === 'test' ? 'test' : 'train');
    });
  },
});

/** Scenes kept for who asks for the pixels of one, and then for what is on it. */
const mostKept = 64;

function scenesOf(
  samples: FixedSamples,
  labels: Int32Array,
  step: z.output<typeof schema>,
  split: 'train' | 'test',
): FixedSamples {
  const [, height, width] = samples.shape;
  const size = sizeOf(samples.shape);
  const composed = new Map<number, Promise<Scene>>();
  const compose = (index: number): Promise<Scene> => {
    const known = composed.get(index);
    if (known) return known;
    if (composed.size === mostKept) composed.clear();
    const scene = composeAnew(index);
    composed.set(index, scene);
    return scene;
  };
  const composeAnew = (index: number): Promise<Scene> => {
    // A sequence of its own for every scene, so that any can be made alone.
    const random = new RandomSequence(step.seed, 'derive', 2 * index + (split === 'test' ? 1 : 0));
    return composeScene(step, random, async () => {
      const place = random.below(samples.count);
      const pixels = new Uint8Array(size);
      await samples.read(Uint32Array.of(place), pixels);
      return { pixels, label: labels[place] as number, height, width };
    });
  };
  return {
    count: step[split],
    labels: null,
    shape: [1, step.height, step.width],
    floats: false,
    objects: async (index) => (await compose(index)).objects,
    async read(indices, target) {
      for (const [i, index] of indices.entries()) {
        target.set((await compose(index)).pixels, i * step.height * step.width);
      }
    },
  };
}
