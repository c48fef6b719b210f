import type { ImageShape } from '../dataset.ts';
import { derive, mustBeTrainable } from './derive.ts';
import type { Reference } from './section.ts';
import { placesByClass } from './step.ts';

/** What a data section comes to, before a pixel is read. */
export interface TrainingSetDescription {
  readonly title: string;
  /** Of one sample; `null` where images are of varied size and a resize is missing. */
  readonly shape: ImageShape | null;
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, SplitDescription>>;
}

export interface SplitDescription {
  readonly count: number;
  /** Samples of each class; `null` without labels. */
  readonly perClass: readonly number[] | null;
}

/** Works on the caller's thread: see `describeTrainingSet` for the one that does not. */
export async function describeDerived(reference: Reference, home: string): Promise<TrainingSetDescription> {
  const { base, set } = await derive(reference, home);
  await base.close();
  const splits = Object.entries(set.splits).map(([name, { count, labels }]) => {
    const perClass = labels && placesByClass(labels, set.classes.length).map(({ length }) => length);
    return [name, { count, perClass }] as const;
  });
  return {
    title: base.title,
    shape: Object.values(set.splits)[0]?.shape ?? null,
    classes: [...set.classes],
    splits: Object.fromEntries(splits),
  };
}

/** Works on the caller's thread: see `trainingLabels` for the one that does not. */
export async function labelsOfDerived(reference: Reference, home: string): Promise<Int32Array | null> {
  const { base, set } = await derive(reference, home);
  await base.close();
  return mustBeTrainable(set).splits.train?.labels ?? null;
}
