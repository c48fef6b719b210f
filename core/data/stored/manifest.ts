import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../export/atomic-file.ts';
import type { ContentFile } from '../dataset.ts';
import { damaged } from '../faults.ts';
import { sha256Of } from './files.ts';

const sum = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What was found when a data set was fetched or imported, kept beside its files: what they are held against whenever
 * they are read. It is written last, so a folder without it was put there by hand or never finished.
 */
const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** `Provenance.version` */
  publication: z.string(),
  /** Where it came from: a URL, a package, a folder. */
  source: z.string(),
  fetched: z.string(),
  hash: sum,
  splits: z.record(z.string(), z.int().nonnegative()),
  bytes: z.int().nonnegative(),
  /** Files too large to be read at every start: as long as these two stay, so does the content. */
  unread: z.record(z.string(), z.strictObject({ bytes: z.int(), modified: z.number() })),
  /** SHA-256 of the list of files below. */
  files: sum,
});
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

export const manifestName = 'convolab.json';
/** In the format of the `sha256sum` command, which can check it too. */
export const sumsName = 'SHA256SUMS';

/** `undefined` where there is none. Throws `dataset.damaged`. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestName);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw damaged(path, 'is not the record of a data set');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws `dataset.damaged` where a line is none, or the list is not the one that the manifest speaks of. */
export async function readSums(folder: string, manifest: Manifest): Promise<ReadonlyMap<string, string>> {
  const path = join(folder, sumsName);
  const text = await readFile(path, 'utf8').catch(() => '');
  if ((await sha256Of(Buffer.from(text))) !== manifest.files) {
    throw damaged(path, 'is not the list of files that was written with the data set');
  }
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
}

/** `<sha256>  <path>`, a line each, in the order of the paths. */
export function formatSums(files: readonly ContentFile[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return sorted.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** Writes both records; the manifest last. */
export async function writeManifest(
  folder: string,
  manifest: Omit<Manifest, 'version' | 'files' | 'bytes'>,
  files: readonly ContentFile[],
): Promise<void> {
  const sums = formatSums(files);
  const complete: Manifest = {
    version: 1,
    ...manifest,
    bytes: files.reduce((total, { bytes }) => total + bytes, 0),
    files: await sha256Of(Buffer.from(sums)),
  };
  await writeFileAtomic(join(folder, sumsName), [sums]);
  await writeFileAtomic(join(folder, manifestName), [`${JSON.stringify(complete, null, 2)}\n`]);
}
