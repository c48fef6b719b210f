import { createHash } from 'node:crypto';
import { ConvolabError } from '../../contract/errors.ts';
import type { ImageShape } from '../dataset.ts';
import type { OnShare } from '../progress.ts';
import { type Base, openBase } from './base.ts';
import { derivations } from './index.ts';
import type { FixedSamples, SampleSet } from './samples.ts';
import type { Reference } from './section.ts';
import { refuseStep } from './step.ts';
import type { FixedSet } from './stored.ts';

/** Changes whenever a step comes to do something else, so that what was stored before is not taken for it. */
const generation = 2;

/** A derivation as far as it goes without reading pixels. */
export interface Derived {
  readonly base: Base;
  readonly set: SampleSet;
  /** What a stored set is filed under: the same for the same content, source and steps. Computed when asked for. */
  readonly key: string;
}

/**
 * Opens the base and takes every step.
 * @param onFit as a step's
 * @throws `dataset.*`, `spec.invalid` naming the step and the key
 */
export async function derive(reference: Reference, home: string, onFit?: OnShare): Promise<Derived> {
  const base = await openBase(reference, home);
  try {
    const set = reference.derive.reduce((before, spec, place) => {
      const step = derivations.get(spec.type);
      if (step === undefined) throw new TypeError(`no derivation ${spec.type}`);
      return step.apply(spec, before, refuseStep(place, spec.type), onFit);
    }, base.set);
    return {
      base,
      set,
      get key() {
        return keyOf(base, reference);
      },
    };
  } catch (thrown) {
    await base.close();
    throw thrown;
  }
}

function keyOf({ name, hash }: Base, { source, derive: steps }: Reference): string {
  const content = JSON.stringify({ generation, name, hash, options: source ?? null, steps });
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/**
 * Sees to it that a set can be trained on: a training and a test split, all samples of one shape.
 * @throws `spec.invalid`
 */
export function mustBeTrainable({ classes, splits }: SampleSet): FixedSet {
  const fixed: Record<string, FixedSamples> = {};
  for (const [name, samples] of Object.entries(splits)) {
    if (samples.shape === null) {
      throw invalid(
        'the images are of varied size',
        'Add { type: resize, height: 64, width: 64 } to dataset.derive.',
      );
    }
    // What is neither trained nor tested on is left out.
    if (name === 'train' || name === 'test') fixed[name] = samples;
  }
  for (const name of ['train', 'test']) {
    if ((fixed[name]?.count ?? 0) > 0) continue;
    throw invalid(
      `there are no ${name} samples`,
      'Draw a test set by { type: split, test: 0.2 } in dataset.derive.',
    );
  }
  return { classes, splits: fixed, shape: fixed.train?.shape as ImageShape };
}

function invalid(message: string, hint: string): ConvolabError {
  const issues = [{ path: 'dataset.derive', message }];
  return new ConvolabError('spec.invalid', `dataset.derive: ${message}.`, {
    subject: 'dataset.derive',
    hint,
    issues,
  });
}
