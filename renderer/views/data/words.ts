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
