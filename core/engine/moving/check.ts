import { readdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { freeBytes } from '../../data/acquire/space.ts';
import { pointerName } from './pointer.ts';

/** Where a data folder arrives: everything in it is half moved; while it is there, the move is not finished. */
export const arrivalName = '.moving-in';

function refuse(message: string, target: string, hint: string): ConvolabError {
  return new ConvolabError('argument.invalid', message, { subject: target, hint });
}

/**
 * Sees to it that a data folder can be moved there.
 * @throws `argument.invalid`, `disk.full`, `file.unreadable`
 */
export async function checkTarget(home: string, target: string, bytes: number): Promise<void> {
  if (!isAbsolute(target))
    throw refuse(`${target} is no complete path.`, target, 'Give the path from the root on.');
  if (isInside(home, target) || isInside(target, home)) {
    throw refuse(
      `${target} and the present data folder lie in each other.`,
      target,
      'Choose a folder beside it.',
    );
  }
  const held = await namesIn(target);
  if (!held.includes(arrivalName) && held.some((name) => name !== pointerName)) {
    throw refuse(`${target} is not empty.`, target, 'Choose a new or an empty folder.');
  }
  const free = await freeBytes(target);
  if (free !== null && bytes > free) {
    throw new ConvolabError('disk.full', `There is no room for the data folder in ${target}.`, {
      subject: target,
      hint: 'Free some space on that disk, or choose a folder on another one.',
    });
  }
}

function isInside(outer: string, inner: string): boolean {
  const way = relative(resolve(outer), resolve(inner));
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new ConvolabError('file.unreadable', `${folder} cannot be used: ${message}`, {
      subject: folder,
      hint: 'Choose another folder.',
    });
  }
}
