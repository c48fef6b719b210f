import type { ImageShape } from '../../core/data/dataset.ts';
import { derivationSchema, derivations } from '../../core/data/derive/index.ts';
import {
  type FixedSamples,
  inMemory,
  pixelArray,
  type SampleSet,
  sizeOf,
  upTo,
} from '../../core/data/derive/samples.ts';
import { refuseStep } from '../../core/data/derive/step.ts';
import { RandomSequence } from '../../core/train/random.ts';

/** A split of noise whose first byte tells the sample, and whose labels go round the classes. */
export function noise(count: number, shape: ImageShape, classes: number, seed = 1): FixedSamples {
  const random = new RandomSequence(seed, 'probe');
  const size = sizeOf(shape);
  const images = Uint8Array.from({ length: count * size }, (_, at) =>
    at % size === 0 ? (at / size) & 255 : random.below(256),
  );
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return inMemory({ images, labels, shape, classes });
}

/** A set with both splits; its classes are called a, b, c, ... */
export function noiseSet(counts: { train: number; test: number }, shape: ImageShape, classes = 3): SampleSet {
  return {
    classes: Array.from({ length: classes }, (_, label) => String.fromCharCode(97 + label)),
    splits: { train: noise(counts.train, shape, classes, 1), test: noise(counts.test, shape, classes, 2) },
  };
}

/** Takes steps as an experiment file writes them. */
export function deriveSet(
  set: SampleSet,
  ...steps: readonly { type: string; [key: string]: unknown }[]
): SampleSet {
  return steps.reduce((before, step, place) => {
    const spec = derivationSchema.parse(step);
    const derivation = derivations.get(spec.type);
    if (derivation === undefined) throw new Error(`no derivation ${spec.type}`);
    return derivation.apply(spec, before, refuseStep(place, spec.type));
  }, set);
}

export function fixed(set: SampleSet, split = 'train'): FixedSamples {
  const samples = set.splits[split];
  if (samples === undefined || samples.shape === null) throw new Error(`no pixels in ${split}`);
  return samples;
}

/** Samples as plain numbers; all of them where none are named. */
export async function pixelsOf(samples: FixedSamples, indices = upTo(samples.count)): Promise<number[]> {
  const pixels = pixelArray(samples.floats, indices.length * sizeOf(samples.shape));
  await samples.read(indices, pixels);
  return [...pixels];
}
