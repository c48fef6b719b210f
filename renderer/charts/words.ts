import type { Text } from '../app/text.ts';
import { formatDuration, formatTick } from './format.ts';
import type { XKind } from './points.ts';

/** `epoch 3.25`, `step 1,200`, `after 3 m 05 s`. */
export function xHeading(text: Text, kind: XKind, x: number): string {
  if (kind === 'time') return text('charts.atTime', { value: formatDuration(x) });
  if (kind === 'wall')
    return new Date(x).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  if (kind === 'step') return text('charts.atStep', { value: Math.round(x).toLocaleString('en-US') });
  return text('charts.atEpoch', { value: formatTick(Math.round(x * 100) / 100, 'plain') });
}
