import { z } from 'zod';
import { sourceSchema } from '../data/sources/index.ts';
import type { Store } from '../store/store.ts';
import { getPath, setPath } from '../train/paths.ts';

const ownData = z.object({ name: z.string().min(1), source: sourceSchema });

/** Data of one's own that were added by a name: the files stay where they are. */
export type OwnData = z.output<typeof ownData>;

/** Setting that remembers them. */
const setting = 'ownData';

export function listOwnData(store: Pick<Store, 'settings'>): OwnData[] {
  return readOwnData(store.settings.all()[setting]);
}

/** Those that the setting remembers; what a newer or older version wrote otherwise is left alone. */
export function readOwnData(stored: unknown): OwnData[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((entry) => ownData.safeParse(entry).data ?? []);
}

/** The setting's value with this among them; one of the same name is replaced. */
export function withOwn(stored: unknown, added: OwnData): Record<string, unknown> {
  const others = Array.isArray(stored) ? stored.filter((entry) => getPath(entry, 'name') !== added.name) : [];
  return { [setting]: [...others, added] };
}

/** An unread experiment in which the name of one's own data has become the source that it stands for. */
export function resolveOwnData(raw: unknown, own: readonly OwnData[]): unknown {
  if (getPath(raw, 'dataset.source') !== undefined) return raw;
  const found = own.find(({ name }) => name === getPath(raw, 'dataset.name'));
  return found ? setPath(raw, 'dataset.source', found.source) : raw;
}
