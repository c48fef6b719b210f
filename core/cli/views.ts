import { ConvolabError } from '../contract/errors.ts';
import { type ViewKind, viewKinds } from '../contract/judgement.ts';
import type { Flag } from './command.ts';

/** `--views` of the commands that test networks. */
export const viewsFlag: Flag = {
  value: '<kind>',
  help: 'one, flips, crops or ten: how often, and how differently, to look at every image; what is said is averaged.',
};

/** @throws `argument.invalid` */
export function readViews(text = 'one'): ViewKind {
  const found = viewKinds.find((kind) => kind === text);
  if (found) return found;
  throw new ConvolabError('argument.invalid', `There are no views "${text}".`, {
    subject: '--views',
    hint: `Choose one of ${viewKinds.join(', ')}.`,
  });
}
