import type { Verification } from '../../../core/contract/datasets.ts';
import type { Result } from '../../../core/contract/methods.ts';
import { isTextKey, type Text } from '../../app/text.ts';

type Split = Result<'datasets.show'>['splits'][string];

/** `Training` for `train`; a set of another name keeps it. */
export function splitTitle(split: string, text: Text): string {
  const key = `data.splits.${split}`;
  return isTextKey(key) ? text(key) : split;
}

/** How many of each class a split has: images, or where these have boxes, objects. */
export function countsOf(split: Split | undefined): Readonly<Record<string, number>> {
  return split?.objects ?? split?.classes ?? {};
}

/** What an image shows: its class, or what is on it where it has boxes. */
export function contentOf(
  {
    label,
    objects,
  }: { readonly label: number | null; readonly objects: readonly { readonly label: number }[] },
  classes: readonly string[],
  text: Text,
): string {
  const nameOf = (at: number) => classes[at] ?? String(at);
  if (label !== null) return nameOf(label);
  return objects.length > 0
    ? objects.map((object) => nameOf(object.label)).join(', ')
    : text('data.unlabelled');
}

/** `Red`, `Green`, `Blue`; `Grey` where there is one channel; else its number. */
export function channelTitle(channel: number, channels: number, text: Text): string {
  if (channels === 1) return text('data.survey.grey');
  const key = `data.survey.channels.${channel}`;
  return channels === 3 && isTextKey(key) ? text(key) : String(channel);
}

/** What verifying has shown, as a sentence. */
export function verdict({ status, published, faults }: Verification, title: string, text: Text): string {
  if (status !== 'ready') return text('data.verify.bad', { title }, faults.length);
  if (published === null) return text('data.verify.good', { title });
  return text(published ? 'data.verify.published' : 'data.verify.own', { title });
}
