import { resolve } from 'node:path';
import { getPath, setPath } from './paths.ts';
import { mapVaried } from './variation.ts';

/** Where the paths of one's own data are in an experiment, all that it varies included. */
const sourcePath = 'dataset.source.path';

/**
 * An unread experiment whose data lie where they do whatever folder it is run from later.
 * @param folder what relative paths are relative to
 */
export function absoluteSource(raw: unknown, folder: string): unknown {
  const path = getPath(raw, sourcePath);
  const absolute = typeof path === 'string' ? setPath(raw, sourcePath, resolve(folder, path)) : raw;
  return mapVaried(absolute, sourcePath, (each) => (typeof each === 'string' ? resolve(folder, each) : each));
}
