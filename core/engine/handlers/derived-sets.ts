import { forgetDatasets } from '../../data/shared.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { derivedSets, removeDerivedSets } from '../derived-sets.ts';

/** What is kept of derived sets, and doing away with it. */
export function derivedSetHandlers({
  home,
  store,
  desk,
}: EngineContext): HandlersOf<'datasets.derived' | 'datasets.removeDerived'> {
  return {
    'datasets.derived': () => derivedSets({ home, store }),
    'datasets.removeDerived': async ({ keys }) => {
      // Files that are mapped into memory cannot be removed on Windows.
      forgetDatasets();
      desk.forget();
      return removeDerivedSets({ home, store }, keys);
    },
  };
}
