import type { Verification } from '../../../core/contract/datasets.ts';
import { isTextKey, type Text } from '../../app/text.ts';

/** `Training` for `train`; a set of another name keeps it. */
export function splitTitle(split: string, text: Text): string {
  const key = `data.splits.${split}`;
  return isTextKey(key) ? text(key) : split;
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
