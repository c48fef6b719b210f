import type { DerivedSet } from '../contract/datasets.ts';
import { ConvolabError } from '../contract/errors.ts';
import { listKept, removeKept, setsFor } from '../data/derive/kept.ts';
import type { ReferenceInput } from '../data/derive/section.ts';
import type { Store } from '../store/store.ts';

interface Where {
  readonly home: string;
  readonly store: Store;
}

/** Derived sets that are kept on disk, the one used last in front, each with the runs under way or waiting that read it. */
export async function derivedSets({ home, store }: Where): Promise<DerivedSet[]> {
  const users = usersByIdentity(store);
  const kept = await listKept(home);
  return kept.map(({ identity, steps, lastUsed, ...set }) => ({
    ...set,
    steps: [...steps],
    lastUsed: lastUsed.toISOString(),
    usedBy: (identity !== null && users.get(identity)) || [],
  }));
}

/**
 * Removes derived sets; they are made again when they are needed.
 * @throws `dataset.busy` where one is in use, `argument.invalid` where one is not there: then none is removed;
 *   `file.unwritable`
 */
export async function removeDerivedSets(where: Where, keys: readonly string[]): Promise<{ bytes: number }> {
  const known = new Map((await derivedSets(where)).map((set) => [set.key, set]));
  for (const key of keys) {
    const { usedBy, title } = known.get(key) ?? { usedBy: [], title: key };
    if (usedBy.length === 0) continue;
    throw new ConvolabError(
      'dataset.busy',
      `${title} is being trained on, or will be: ${usedBy.join(', ')}.`,
      {
        subject: key,
        hint: 'Wait until these runs have ended, or stop them.',
      },
    );
  }
  let bytes = 0;
  for (const key of keys) {
    await removeKept(where.home, key);
    bytes += known.get(key)?.bytes ?? 0;
  }
  return { bytes };
}

function usersByIdentity(store: Store): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { run } of store.queue.list()) {
    const { dataset } = store.runs.setup(run).config as { readonly dataset: ReferenceInput };
    for (const identity of setsFor(dataset)) users.set(identity, [...(users.get(identity) ?? []), run]);
  }
  return users;
}
