import { z } from 'zod';
import { choice, integer } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import type { ImageShape } from '../../dataset.ts';
import { seedField } from '../fields.ts';
import { type FixedSamples, pixelArray, type SamplePair, type SampleSet, sizeOf } from '../samples.ts';
import {
  defineDerivation,
  mapFixed,
  mustBeFixed,
  mustBeLabelled,
  placesByClass,
  type Refuse,
  trainAndTest,
} from '../step.ts';

const schema = z.strictObject({
  type: z.literal('pairs'),
  choose: choice(
    {
      drawn: 'Draw them, half of each',
      development: 'The set’s own, to develop on',
      fold: 'The set’s own, to report: test on one fold',
    },
    {
      label: 'Which pairs',
      help: 'LFW lists pairs of its own: some to develop on, and ten folds to report on.',
      default: 'drawn',
    },
  ),
  train: integer({
    label: 'Training pairs',
    help: 'So many are drawn from training images.',
    default: 20_000,
    minimum: 1,
  }),
  test: integer({
    label: 'Test pairs',
    help: 'So many are drawn from test images.',
    default: 4000,
    minimum: 1,
  }),
  seed: seedField('which images are drawn'),
  fold: integer({
    label: 'Fold',
    help: 'The fold that is tested on; all others are trained on.',
    default: 1,
    minimum: 1,
  }),
});
type PairsStep = z.output<typeof schema>;

/** Labels of a pair. */
const pairClasses = ['different', 'same'];

/** Pairs of one split: places of the first and the second image of each, one pair after the other, and the labels. */
interface Pairing {
  readonly places: Uint32Array;
  readonly labels: Int32Array;
}

/**
 * Pairs of images of the same class or of different ones, for verification: half of each drawn, or those that the
 * makers of the set list. The two lie one behind the other: the first image's channels, then the second's.
 */
export const pairs = defineDerivation<PairsStep>({
  type: 'pairs',
  label: 'Pairs',
  help: 'Pairs images of the same class or of different ones; the network tells which.',
  schema,
  apply(step, set, refuse) {
    return step.choose === 'drawn' ? drawnPairs(step, set, refuse) : listedPairs(step, set, refuse);
  },
});

function drawnPairs(step: PairsStep, set: SampleSet, refuse: Refuse): SampleSet {
  const pair = (samples: FixedSamples, name: string): FixedSamples => {
    const count = name === 'test' ? step.test : step.train;
    const places = placesByClass(mustBeLabelled(samples, refuse), set.classes.length);
    const random = new RandomSequence(step.seed, 'derive', name === 'test' ? 1 : 0);
    const labels = Int32Array.from({ length: count }, (_, at) => at % 2);
    return pairsOf(samples, { places: drawPairs(places, count, random, refuse), labels });
  };
  return mapFixed(trainAndTest(set), refuse, pair, pairClasses);
}

function listedPairs({ choose, fold }: PairsStep, set: SampleSet, refuse: Refuse): SampleSet {
  const { pairs: listed } = set;
  const { all } = set.splits;
  if (listed === undefined || all === undefined) {
    throw refuse(
      'choose',
      'the set has no pairs of its own, or its images were chosen anew before this step',
    );
  }
  const samples = mustBeFixed(all, refuse);
  const split = (chosen: readonly SamplePair[]) => pairsOf(samples, pairingOf(chosen));
  if (choose === 'development') {
    return { classes: pairClasses, splits: { train: split(listed.train), test: split(listed.test) } };
  }
  const { folds } = listed;
  const tested = folds[fold - 1];
  if (tested === undefined) throw refuse('fold', `there are ${folds.length} folds`);
  const learned = folds.filter((each) => each !== tested).flat();
  return { classes: pairClasses, splits: { train: split(learned), test: split(tested) } };
}

function pairingOf(chosen: readonly SamplePair[]): Pairing {
  return {
    places: Uint32Array.from(chosen.flatMap(({ places }) => places)),
    labels: Int32Array.from(chosen, ({ same }) => (same ? 1 : 0)),
  };
}

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

function pairsOf(samples: FixedSamples, { places, labels }: Pairing): FixedSamples {
  const [channels, height, width] = samples.shape;
  const size = sizeOf(samples.shape);
  const shape: ImageShape = [2 * channels, height, width];
  return {
    count: labels.length,
    labels,
    shape,
    floats: samples.floats,
    async read(indices, target) {
      const both = Uint32Array.from({ length: 2 * indices.length }, (_, i) => {
        return places[2 * (indices[i >> 1] as number) + (i & 1)] as number;
      });
      const source = pixelArray(samples.floats, both.length * size);
      await samples.read(both, source);
      target.set(source);
    },
  };
}
