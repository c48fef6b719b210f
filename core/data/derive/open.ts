import type { Dataset } from '../dataset.ts';
import { openDataset } from '../index.ts';
import type { TrainingSetDescription } from './describe.ts';
import { inThread, type OpenOptions } from './in-thread.ts';
import { completeReference, type ReferenceInput } from './section.ts';
import { openSet } from './stored.ts';

/**
 * Opens what an experiment's data section says: a data set as it is, or a derived one, which is made first where it
 * was not made before, in a thread of its own, and stays on disk.
 * @throws `dataset.*`, `spec.invalid`, `file.unreadable`, `disk.full`, `file.unwritable`; the signal's reason
 */
export async function openTrainingSet(
  section: ReferenceInput,
  home: string,
  options: OpenOptions = {},
): Promise<Dataset> {
  if (!isDerived(section)) return openDataset(section.name, home);
  return (await openStored(section, home, options)).dataset;
}

/** A derived set with the folder it lies in. Throws as `openTrainingSet`. */
export async function openStored(
  section: ReferenceInput,
  home: string,
  options: OpenOptions = {},
): Promise<{ readonly dataset: Dataset; readonly folder: string }> {
  const folder = await makeStored(section, home, options);
  return { dataset: await openSet(folder), folder };
}

/** Sees to it that a derived set is there; gives its folder. Throws as `openTrainingSet`. */
export function makeStored(
  section: ReferenceInput,
  home: string,
  options: OpenOptions = {},
): Promise<string> {
  return inThread('make', completeReference(section), home, options);
}

/** Whether there is more to it than a data set's name. */
export function isDerived({ source, derive: steps = [] }: ReferenceInput): boolean {
  return source !== undefined || steps.length > 0;
}

/**
 * Labels of the training split of what `openTrainingSet` would open, without making it; `null` where there are none.
 * @throws `dataset.*`; `spec.invalid` for what could not be trained on
 */
export async function trainingLabels(section: ReferenceInput, home: string): Promise<Int32Array | null> {
  return inThread('labels', completeReference(section), home);
}

/**
 * Shape, classes and counts of what `openTrainingSet` would open, without making it.
 * @throws `dataset.*`, `spec.invalid` naming the step and the key
 */
export async function describeTrainingSet(
  section: ReferenceInput,
  home: string,
): Promise<TrainingSetDescription> {
  return inThread('describe', completeReference(section), home);
}
