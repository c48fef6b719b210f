import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { field, number } from '../../contract/fields.ts';
import { seedField } from '../derive/fields.ts';
import type { SampleSet, Samples } from '../derive/samples.ts';
import type { Refuse } from '../derive/step.ts';
import { splitWhole } from '../derive/steps/split.ts';

/** What every source asks for: where it is, and what is tested on where it does not say. */
export function sourceFields(path: { readonly label: string; readonly help: string }) {
  return {
    path: field(z.string().min(1), { ...path, kind: 'text' }),
    test: number({
      label: 'Test share',
      help: 'Held out for testing, of every class, where the data have no test set of their own: a share, or a number.',
      default: 0.2,
      minimum: 0,
    }),
    seed: seedField('which samples are held out for testing'),
  };
}

interface Held {
  readonly test: number;
  readonly seed: number;
}

/** A set whose test split is its own, or drawn from the training split where there is none. */
export function withTest(
  classes: readonly string[],
  splits: Readonly<Record<string, Samples>>,
  held: Held,
): SampleSet {
  const { train, test } = splits;
  if (train === undefined || test !== undefined) return { classes, splits };
  return splitWhole({ classes, splits }, train, held, refuseSource);
}

/** An error about one key of a source. */
export const refuseSource: Refuse = (key, message) => {
  const path = ['dataset', 'source', ...(key === '' ? [] : [key])].join('.');
  return new ConvolabError('spec.invalid', `${path}: ${message}.`, {
    subject: path,
    hint: 'Change the source, or what lies there.',
    issues: [{ path, message }],
  });
};
