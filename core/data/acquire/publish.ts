import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { syncFolder, writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import type { DatasetDefinition, Examination, VerificationReport } from '../dataset.ts';
import type { Meter, Watching } from '../progress.ts';
import { datasetFolder, ownCopy, reportOn } from '../stored/folder.ts';
import { type Manifest, writeManifest } from '../stored/manifest.ts';
import { exists, type Incoming } from './incoming.ts';

export interface Origin {
  /** Where it came from, for the record. */
  readonly source: string;
  /** Fetched from where its makers put it: then anything but their content is damage. */
  readonly official: boolean;
}

/**
 * Examines what lies in the staging folder, records it, and makes it the data set, all at once: at every moment there is
 * the old one, the new one, or (for the length of one rename) none.
 * @throws `dataset.damaged`, `dataset.missing`, `disk.full`, `file.unwritable`; the signal's reason
 */
export async function publish(
  definition: DatasetDefinition,
  home: string,
  incoming: Incoming,
  origin: Origin,
  meter: Meter,
  { signal }: Watching,
): Promise<VerificationReport> {
  const { stored, published, name } = definition;
  if (stored === undefined) throw new Error(`${name} has no files of its own`);
  meter.begin('verifying', await folderBytes(incoming.staging));
  const found = await stored.examine(incoming.staging, { signal, onRead: meter.adding() });
  checkContent(definition, found, origin);
  meter.begin('publishing', null);
  const hash = found.hash as string;
  const publication = origin.official || hash === published.hash ? published.version : ownCopy;
  try {
    await writeManifest(
      incoming.staging,
      {
        name,
        publication,
        source: origin.source,
        fetched: new Date().toISOString(),
        hash,
        splits: { ...found.splits },
        unread: await stamps(incoming.staging, stored.large ?? []),
      },
      found.files,
    );
    await syncTree(incoming.staging);
    signal?.throwIfAborted();
    await exchange(datasetFolder(home, name), incoming);
  } catch (cause) {
    signal?.throwIfAborted();
    throw writeError(datasetFolder(home, name), cause);
  }
  return reportOn(definition, datasetFolder(home, name), found);
}

function checkContent(definition: DatasetDefinition, found: Examination, { official }: Origin): void {
  const { title, name, published } = definition;
  if (found.status !== 'ready') {
    const [first] = found.faults;
    throw new ConvolabError(
      found.status === 'missing' ? 'dataset.missing' : 'dataset.damaged',
      `What came for ${title} cannot be used: ${first?.reason ?? 'its files are incomplete'}`,
      {
        subject: first?.file ?? name,
        hint: 'Nothing was changed. Fetch it anew, or bring a complete copy.',
        issues: found.faults.map(({ file, reason }) => ({ path: file, message: reason })),
      },
    );
  }
  if (!official) return;
  const counts = JSON.stringify(sorted(found.splits));
  if (
    published.hash !== undefined
      ? found.hash === published.hash
      : counts === JSON.stringify(sorted(published.splits))
  )
    return;
  throw new ConvolabError('dataset.damaged', `What came for ${title} is not what its makers published.`, {
    subject: name,
    hint: 'Nothing was changed. Try again later, or bring a copy of your own with `convolab datasets import`.',
  });
}

const sorted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

async function stamps(folder: string, names: readonly string[]): Promise<Manifest['unread']> {
  const all: [string, { bytes: number; modified: number }][] = [];
  for (const name of names) {
    const { size, mtimeMs } = await stat(join(folder, name));
    all.push([name, { bytes: size, modified: mtimeMs }]);
  }
  return Object.fromEntries(all);
}

async function exchange(target: string, { staging, previous }: Incoming): Promise<void> {
  makeFolders(join(target, '..'));
  if (await exists(target)) await rename(target, previous);
  try {
    await rename(staging, target);
  } catch (cause) {
    if (await exists(previous)) await rename(previous, target);
    throw cause;
  }
  await syncFolder(join(target, '..'));
  await rm(previous, { recursive: true, force: true });
}

async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const path of await filesBelow(folder)) sum += (await stat(path)).size;
  return sum;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files that are made to last at the same time: the disk writes many together faster than one by one. */
const atOnce = 16;

/** Makes all that a folder holds last through a power cut. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), file: entry.isFile() }));
  const next = paths.values();
  const work = async () => {
    for (const { path, file } of next) await (file ? syncFile(path) : syncFolder(path));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
