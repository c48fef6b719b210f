import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import type { Dataset, ImageShape } from '../dataset.ts';
import { openDataset } from '../index.ts';
import { derive, mustBeTrainable } from './derive.ts';
import type { MakeJob, MakeMessage } from './make-worker.ts';
import { completeReference, type Reference, type ReferenceInput } from './section.ts';
import { placesByClass } from './step.ts';
import { openSet } from './stored.ts';

export interface OpenOptions {
  /** Gives the derivation up; what it has made so far is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Told now and then while a set is derived: bytes written, of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

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
  const folder = await make(completeReference(section), home, options);
  return { dataset: await openSet(folder), folder };
}

/** Whether there is more to it than a data set's name. */
export function isDerived({ source, derive: steps = [] }: ReferenceInput): boolean {
  return source !== undefined || steps.length > 0;
}

function make(reference: Reference, home: string, { signal, onProgress }: OpenOptions): Promise<string> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const job: MakeJob = { reference, home };
    const thread = new Worker(new URL('./make-worker.ts', import.meta.url), { workerData: job });
    let making: string | undefined;
    const end = async (settle: () => void) => {
      signal?.removeEventListener('abort', abort);
      await thread.terminate();
      settle();
    };
    const abort = () =>
      void end(async () => {
        if (making !== undefined) await rm(making, { recursive: true, force: true });
        reject(signal?.reason);
      });
    signal?.addEventListener('abort', abort);
    thread.on('message', (message: MakeMessage) => {
      if (message.type === 'begun') making = message.folder;
      else if (message.type === 'progress') onProgress?.(message.done, message.total);
      else if (message.type === 'made') void end(() => resolve(message.folder));
      else void end(() => reject(ConvolabError.fromJSON(message.error)));
    });
    thread.on('error', (error) => void end(() => reject(error)));
  });
}

/**
 * Labels of the training split of what `openTrainingSet` would open, without making it; `null` where there are none.
 * @throws `dataset.*`; `spec.invalid` for what could not be trained on
 */
export async function trainingLabels(section: ReferenceInput, home: string): Promise<Int32Array | null> {
  const { base, set } = await derive(completeReference(section), home);
  await base.close();
  return mustBeTrainable(set).splits.train?.labels ?? null;
}

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

/**
 * Shape, classes and counts of what `openTrainingSet` would open, without making it.
 * @throws `dataset.*`, `spec.invalid` naming the step and the key
 */
export async function describeTrainingSet(
  section: ReferenceInput,
  home: string,
): Promise<TrainingSetDescription> {
  const { base, set } = await derive(completeReference(section), home);
  await base.close();
  const splits = Object.entries(set.splits).map(([name, { count, labels }]) => {
    const perClass = labels && placesByClass(labels, set.classes.length).map(({ length }) => length);
    return [name, { count, perClass }] as const;
  });
  return {
    title: base.title,
    shape: Object.values(set.splits)[0]?.shape ?? null,
    classes: set.classes,
    splits: Object.fromEntries(splits),
  };
}
