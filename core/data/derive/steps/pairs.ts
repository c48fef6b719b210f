import { z } from 'zod';
import { integer } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import type { ImageShape } from '../../dataset.ts';
import { seedField } from '../fields.ts';
import { type FixedSamples, pixelArray, sizeOf } from '../samples.ts';
import {
  defineDerivation,
  mapFixed,
  mustBeLabelled,
  placesByClass,
  type Refuse,
  trainAndTest,
} from '../step.ts';

const schema = z.strictObject({
  type: z.literal('pairs'),
  train: integer({
    label: 'Training pairs',
    help: 'Drawn from training images.',
    default: 20_000,
    minimum: 1,
  }),
  test: integer({ label: 'Test pairs', help: 'Drawn from test images.', default: 4000, minimum: 1 }),
  seed: seedField('which images are paired'),
});

/** Labels of a pair. */
const pairClasses = ['different', 'same'];

/**
 * Pairs of images of the same class or of different ones, half of each, for verification. The two lie one behind the
 * other: the first image's channels, then the second's.
 */
export const pairs = defineDerivation<z.output<typeof schema>>({
  type: 'pairs',
  label: 'Pairs',
  help: 'Pairs images of the same class or of different ones, half of each; the network tells which.',
  schema,
  apply(step, set, refuse) {
    const pair = (samples: FixedSamples, name: string): FixedSamples => {
      const count = name === 'test' ? step.test : step.train;
      const places = placesByClass(mustBeLabelled(samples, refuse), set.classes.length);
      const random = new RandomSequence(step.seed, 'derive', name === 'test' ? 1 : 0);
      return pairsOf(samples, drawPairs(places, count, random, refuse));
    };
    return mapFixed(trainAndTest(set), refuse, pair, pairClasses);
  },
});

/** [first, second] of every pair; the same class where its number is odd. */
function drawPairs(
  places: readonly (readonly number[])[],
  count: number,
  random: RandomSequence,
  refuse: Refuse,
): Uint32Array {
  const inhabited = places.filter((members) => members.length > 0);
  const paired = places.filter((members) => members.length > 1);
  if (inhabited.length < 2 || paired.length < 1) {
    throw refuse('', 'needs samples of two classes, and two samples of one of them');
  }
  const drawn = new Uint32Array(2 * count);
  for (let pair = 0; pair < count; pair++) {
    const [a, b] = pair % 2 === 1 ? drawSame(paired, random) : drawDifferent(inhabited, random);
    drawn.set([a, b], 2 * pair);
  }
  return drawn;
}

function drawSame(groups: readonly (readonly number[])[], random: RandomSequence): [number, number] {
  const members = groups[random.below(groups.length)] as readonly number[];
  return drawTwo(members, random);
}

function drawDifferent(groups: readonly (readonly number[])[], random: RandomSequence): [number, number] {
  const [one, other] = drawTwo(groups, random);
  return [one[random.below(one.length)] as number, other[random.below(other.length)] as number];
}

/** Two members that are not the same one. */
function drawTwo<T>(members: readonly T[], random: RandomSequence): [T, T] {
  const first = random.below(members.length);
  const second = (first + 1 + random.below(members.length - 1)) % members.length;
  return [members[first] as T, members[second] as T];
}

function pairsOf(samples: FixedSamples, drawn: Uint32Array): FixedSamples {
  const [channels, height, width] = samples.shape;
  const size = sizeOf(samples.shape);
  const shape: ImageShape = [2 * channels, height, width];
  const count = drawn.length / 2;
  return {
    count,
    labels: Int32Array.from({ length: count }, (_, pair) => pair % 2),
    shape,
    floats: samples.floats,
    async read(indices, target) {
      const both = Uint32Array.from({ length: 2 * indices.length }, (_, i) => {
        return drawn[2 * (indices[i >> 1] as number) + (i & 1)] as number;
      });
      const source = pixelArray(samples.floats, both.length * size);
      await samples.read(both, source);
      target.set(source);
    },
  };
}
