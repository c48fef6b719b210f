import type { DatasetDescriptor } from '../../../core/contract/catalog.ts';
import type { Verification } from '../../../core/contract/datasets.ts';
import type { Result } from '../../../core/contract/methods.ts';
import { isTextKey, type Text } from '../../app/text.ts';
import { formatShape } from '../../ui/format.ts';
import { imagesIn } from '../../ui/pixels.ts';

type Split = Result<'datasets.show'>['splits'][string];

/** `Training` for `train`; a set of another name keeps it. */
export function splitTitle(split: string, text: Text): string {
  const key = `data.splits.${split}`;
  return isTextKey(key) ? text(key) : split;
}

/** `3 × 32 × 32`; of images in files their size, or that they vary. */
export function sizeTitle(
  { shape, imageSize }: Pick<DatasetDescriptor, 'shape' | 'imageSize'>,
  text: Text,
): string {
  const size = shape ?? imageSize;
  return size ? formatShape(size) : text('data.variedSize');
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

/** `Red`, `Green`, `Blue`; `Grey` where there is one channel; else its number. Of a pair, with the image it is of. */
export function channelTitle(channel: number, channels: number, text: Text): string {
  if (imagesIn(channels) > 1) {
    const each = channels / 2;
    const title = channelTitle(channel % each, each, text);
    return text(channel < each ? 'data.survey.first' : 'data.survey.second', { channel: title });
  }
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
