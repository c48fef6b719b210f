import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { datasets } from '../index.ts';
import { derivedFolder, isKey, lastUseOf, takeAway } from './cache.ts';
import type { DerivationSpec } from './index.ts';
import { isDerived } from './open.ts';
import { completeReference, type ReferenceInput } from './section.ts';
import { readRecord } from './stored.ts';

/** A derived set that is kept on disk. It can be made again as long as there is what it was made from. */
export interface KeptSet {
  /** Its folder's name. */
  readonly key: string;
  /** What it was derived from; `null` where its record cannot be read, and it is good for nothing. */
  readonly from: string | null;
  readonly title: string;
  /** As in an experiment's `dataset.derive`. */
  readonly steps: readonly DerivationSpec[];
  readonly bytes: number;
  /** When it was made or last opened. */
  readonly lastUsed: Date;
  /** The same for the sets that `setsFor` says a data section needs. */
  readonly identity: string | null;
}

const madeSchema = z.object({
  from: z.object({ name: z.string() }),
  source: z.unknown().optional(),
  derive: z.array(z.looseObject({ type: z.string() })),
});

/** All of them, the one used last in front. */
export async function listKept(home: string): Promise<KeptSet[]> {
  const keys = (await readdir(derivedFolder(home)).catch(() => [])).filter(isKey);
  const kept = await Promise.all(keys.map((key) => describeKept(home, key)));
  return kept.sort((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime());
}

async function describeKept(home: string, key: string): Promise<KeptSet> {
  const folder = join(derivedFolder(home), key);
  const common = { key, bytes: await bytesIn(folder), lastUsed: await lastUseOf(folder) };
  const record = await readRecord(folder).catch(() => null);
  const made = madeSchema.safeParse(record?.made);
  if (record === null || !made.success)
    return { ...common, from: null, title: key, steps: [], identity: null };
  const { from, source, derive } = made.data;
  return {
    ...common,
    from: from.name,
    title: record.title,
    steps: derive,
    identity: identify(from.name, source, derive),
  };
}

async function bytesIn(folder: string): Promise<number> {
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Identities of the derived sets that what a data section says is read from: its own, and that of a set made of one. */
export function setsFor(section: ReferenceInput): string[] {
  const { name, source, derive } = completeReference(section);
  const own = isDerived({ name, source, derive }) ? [identify(name, source, derive)] : [];
  const base = source === undefined ? datasets.get(name)?.madeFrom : undefined;
  return base ? [...own, ...setsFor(base)] : own;
}

function identify(name: string, source: unknown, derive: unknown): string {
  return JSON.stringify([name, source ?? null, derive]);
}

/**
 * Removes one. What is left of it after a power cut, the next start removes.
 * @throws `argument.invalid` where there is none of this key; `file.unwritable`
 */
export async function removeKept(home: string, key: string): Promise<void> {
  if (!isKey(key) || !(await stat(join(derivedFolder(home), key)).catch(() => undefined))) {
    throw new ConvolabError('argument.invalid', `There is no derived set "${key}".`, {
      subject: key,
      hint: 'List them with `convolab datasets derived`.',
    });
  }
  await rm(await takeAway(home, key), { recursive: true, force: true });
}
