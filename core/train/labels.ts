import { ConvolabError } from '../contract/errors.ts';
import { derivations } from '../data/derive/index.ts';

/**
 * Refuses samples without labels: every loss compares outputs with them.
 * @param labels one per sample, -1 where there is none; `null` where there are none at all
 * @param dataset.derive the steps that the samples come from
 * @throws `spec.invalid` naming the step after which there are none
 */
export function mustBeLabelled(
  labels: Int32Array | null,
  { name, derive = [] }: { readonly name: string; readonly derive?: readonly { readonly type: string }[] },
): void {
  if (labels?.every((label) => label >= 0)) return;
  const message = 'its samples have no label each, which every loss compares outputs with';
  const place = derive.findIndex(({ type }) => derivations.get(type)?.dropsLabels);
  const path = place < 0 ? 'dataset.name' : `dataset.derive.${place}`;
  throw new ConvolabError('spec.invalid', `${name} cannot be trained on: ${message}.`, {
    subject: 'dataset',
    hint: `${place < 0 ? 'Choose a data set whose images are of one class each' : `Leave the step "${derive[place]?.type}" (${path}) out`}. Images without labels, or with boxes, are made to be looked at on the Data page, and to be read by other programs.`,
    issues: [{ path, message }],
  });
}
