import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beginDerived, findDerived, publishDerived } from './cache.ts';
import { type Derived, derive, mustBeTrainable } from './derive.ts';
import type { Reference } from './section.ts';
import { scenes } from './steps/scenes.ts';
import { writeSet } from './stored.ts';

/** Told now and then how a set is made: `fitting` and `drawing`, a share of 1; `deriving`, bytes that are written, of all. */
export type OnDeriving = (phase: 'fitting' | 'drawing' | 'deriving', done: number, total: number) => void;

/**
 * The folder of a derived set, which is made where it is not there yet. Works on the caller's thread: see `inThread` for
 * the one that does not.
 * @param begun told the folder it is made in, which is to be removed if the caller ends this by force
 * @throws `dataset.*`, `spec.invalid`, `disk.full`, `file.unwritable`
 */
export async function makeDerived(
  reference: Reference,
  home: string,
  { begun, onProgress }: { begun?(folder: string): void; onProgress?: OnDeriving } = {},
): Promise<string> {
  const derived = await derive(reference, home, (share) => onProgress?.('fitting', share, 1));
  try {
    const set = mustBeTrainable(derived.set);
    const found = await findDerived(home, derived.key);
    if (found !== undefined) return found;
    const folder = beginDerived(home, begun);
    try {
      // Photographs with boxes lie in files already, as they came.
      if (reference.derive.some(({ type }) => type === scenes.type)) {
        const { vocName, writeVocFolder } = await import('./voc-folder.ts');
        await writeVocFolder(join(folder, vocName), set, (share) => onProgress?.('drawing', share, 1));
      }
      await writeSet(folder, set, {
        about: about(derived, reference),
        onProgress: (done, total) => onProgress?.('deriving', done, total),
      });
      return await publishDerived(home, folder, derived.key);
    } catch (thrown) {
      await rm(folder, { recursive: true, force: true });
      throw thrown;
    }
  } finally {
    await derived.base.close();
  }
}

function about({ base }: Derived, { source, derive: steps }: Reference) {
  const { name, version, hash } = base;
  const types = steps.map(({ type }) => type);
  return {
    name,
    title: types.length > 0 ? `${base.title} (${types.join(', ')})` : base.title,
    publication: types.length > 0 ? `${version}, derived` : version,
    made: { from: { name, version, hash }, ...(source && { source }), derive: steps },
  };
}
