import { posix } from 'node:path';

/** Files are recognised by their name alone, wherever they lie. */
export function byName(names: readonly string[]): (path: string) => string | null {
  const known = new Set(names);
  return (path) => {
    const name = posix.basename(path);
    return known.has(name) ? name : null;
  };
}
