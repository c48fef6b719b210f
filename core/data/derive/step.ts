import type { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { describeFields } from '../../contract/fields.ts';
import type { OnShare } from '../progress.ts';
import type { FixedSamples, SampleSet, Samples } from './samples.ts';

/** An error about one key of a step: `refuse('keep', 'names a class twice')`. */
export type Refuse = (key: string, message: string) => ConvolabError;

/** One kind of step in `dataset.derive`; a new one is one file that exports this, and one line in the registry. */
export interface Derivation<T extends { type: string } = { type: string }> {
  readonly type: T['type'];
  readonly label: string;
  readonly help: string;
  /** Strict object of described fields with `type`. */
  readonly schema: z.ZodObject;
  /** What it makes has no label for each sample. */
  readonly dropsLabels?: true;
  /**
   * What becomes of a data set. Sees to sizes, classes and counts at once, and reads pixels only when its own splits
   * are read. A pure function of the step and the set: all that is drawn comes from the step's seed.
   * @param onFit told how far what is found out of many samples is, when the first one is read
   * @throws what `refuse` makes
   */
  apply(step: T, set: SampleSet, refuse: Refuse, onFit?: OnShare): SampleSet;
}

/** Keeps a step's own type inside its file, and gives the registry one it can hold. */
export function defineDerivation<T extends { type: string }>(
  derivation: Derivation<T>,
): Derivation & VariantDescriptor {
  return {
    ...derivation,
    fields: describeFields(derivation.schema),
    apply: (step, set, refuse, onFit) => derivation.apply(step as T, set, refuse, onFit),
  };
}

/** `refuse` of the step at this place of `dataset.derive`. */
export function refuseStep(place: number, type: string): Refuse {
  return (key, message) => {
    const path = ['dataset', 'derive', place, ...(key === '' ? [] : [key])].join('.');
    return new ConvolabError('spec.invalid', `${path}: ${message}.`, {
      subject: path,
      hint: `Change the step "${type}", or what comes before it.`,
      issues: [{ path, message }],
    });
  };
}

/** The same step taken on every split; which samples there are may change, and pairs of them are forgotten. */
export function mapSplits(
  set: SampleSet,
  map: (samples: Samples, name: string) => Samples,
  classes = set.classes,
): SampleSet {
  const splits = Object.entries(set.splits).map(([name, samples]) => [name, map(samples, name)] as const);
  return { classes, splits: Object.fromEntries(splits) };
}

/** Every image changed alone: which samples there are, and in which order, stays. */
export function mapImages(set: SampleSet, map: (samples: Samples) => Samples): SampleSet {
  return { ...set, splits: mapSplits(set, map).splits };
}

/** `mapImages` for steps that need pixels. */
export function mapPixels(
  set: SampleSet,
  refuse: Refuse,
  map: (samples: FixedSamples) => Samples,
): SampleSet {
  return mapImages(set, (samples) => map(mustBeFixed(samples, refuse)));
}

/** The set without splits that are neither trained nor tested on; for steps that draw so many samples for each. */
export function trainAndTest(set: SampleSet): SampleSet {
  const { train, test } = set.splits;
  return { ...set, splits: { ...(train && { train }), ...(test && { test }) } };
}

/** `mapSplits` for steps that need pixels. */
export function mapFixed(
  set: SampleSet,
  refuse: Refuse,
  map: (samples: FixedSamples, name: string) => Samples,
  classes = set.classes,
): SampleSet {
  return mapSplits(set, (samples, name) => map(mustBeFixed(samples, refuse), name), classes);
}

export function mustBeFixed(samples: Samples, refuse: Refuse): FixedSamples {
  if (samples.shape !== null) return samples;
  throw refuse('', 'the images are of varied size; put a step { type: resize } before this one');
}

/** The labels of a split. */
export function mustBeLabelled(samples: Samples, refuse: Refuse): Int32Array {
  if (samples.labels !== null) return samples.labels;
  throw refuse('', 'the samples have no labels');
}

/** Places of the samples of each class, ascending. */
export function placesByClass(labels: Int32Array, classes: number): number[][] {
  const places: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, place) => {
    places[label]?.push(place);
  });
  return places;
}
