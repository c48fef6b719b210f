import { ConvolabError } from '../contract/errors.ts';
import type { Flag } from './command.ts';

/** `--checkpoint` of the commands that take a run's weights. */
export const checkpointFlag: Flag = {
  value: '<which>',
  help: 'Whose weights: best (by default), last, or an epoch that has a checkpoint.',
};

/** @throws `argument.invalid` */
export function chosenCheckpoint(text = 'best'): 'best' | 'last' | number {
  if (text === 'best' || text === 'last') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ConvolabError('argument.invalid', `"${text}" names no checkpoint.`, {
    subject: '--checkpoint',
    hint: 'Give best, last or an epoch.',
  });
}
