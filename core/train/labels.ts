import { ConvolabError } from '../contract/errors.ts';

/**
 * Refuses samples without labels: every loss compares outputs with them.
 * @param labels one per sample, -1 where there is none; `null` where there are none at all
 * @throws `spec.invalid`
 */
export function mustBeLabelled(labels: Int32Array | null, dataset: string): void {
  if (labels?.every((label) => label >= 0)) return;
  const message = 'its samples have no labels, which the loss compares outputs with';
  throw new ConvolabError('spec.invalid', `${dataset} cannot be learnt from: ${message}.`, {
    subject: 'dataset',
    hint: 'Choose another data set, or leave the step that drops labels out of dataset.derive.',
    issues: [{ path: 'dataset.derive', message }],
  });
}
