import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import type {
  ContentFile,
  Dataset,
  DatasetFacts,
  DatasetState,
  Examination,
  Reading,
  SampleDatasetDefinition,
  StoredSet,
} from '../dataset.ts';
import { damaged, faultOf } from '../faults.ts';
import { hashFile, locateFile, readContent, readHead } from './files.ts';
import { datasetFolder, missingSet, publicationOf, reportOn } from './folder.ts';
import type { FileContent, FileHead, SampleLayout } from './layout.ts';
import { type Manifest, readManifest, readSums } from './manifest.ts';

/** What a set of samples adds to its facts. */
export interface SampleSetOptions extends Pick<StoredSet, 'place' | 'convert'> {
  readonly layout: SampleLayout;
  /** Folder of a copy that comes with Convolab, or with the system; one of the user's own goes before it. */
  bundled?(): string | undefined;
}

/** A data set of samples of one size, kept in a few files. */
export function sampleSet(
  facts: Omit<DatasetFacts, 'classes'>,
  { layout, place, convert, bundled }: SampleSetOptions,
): SampleDatasetDefinition {
  const known: DatasetFacts = { ...facts, classes: layout.classes };
  const find = (home: string) => findFolder(known, layout, home, bundled);
  return {
    ...known,
    kind: 'samples',
    shape: layout.shape,
    stored: {
      place,
      ...(convert && { convert }),
      large: [...layout.large],
      examine: (folder, reading) => examineSamples(layout, folder, reading),
    },
    inspect: async (home) => inspectSamples(known, layout, await find(home)),
    async verify(home, reading) {
      const folder = (await find(home)) ?? datasetFolder(home, known.name);
      return reportOn(known, folder, await examineSamples(layout, folder, reading));
    },
    async open(home) {
      const folder = await find(home);
      if (folder === undefined) throw missingSet(known, home);
      return openSamples(known, layout, folder);
    },
  };
}

/** The user's own copy goes before the bundled one, as soon as one of its files is there. */
async function findFolder(
  { name }: DatasetFacts,
  layout: SampleLayout,
  home: string,
  bundled?: () => string | undefined,
): Promise<string | undefined> {
  const own = datasetFolder(home, name);
  const found = await Promise.all(layout.files.map((file) => locateFile(own, file)));
  return found.some((path) => path !== undefined) ? own : bundled?.();
}

async function inspectSamples(
  { published }: DatasetFacts,
  layout: SampleLayout,
  folder: string | undefined,
): Promise<DatasetState> {
  const absent = { splits: published.splits, bytes: published.bytes };
  if (folder === undefined) return { status: 'missing', ...absent };
  try {
    const heads = await readHeads(layout, folder);
    const splits = layout.count(heads);
    const sizes = await Promise.all([...heads.values()].map(async ({ path }) => (await stat(path)).size));
    return { status: 'ready', splits, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  } catch (thrown) {
    const missing = thrown instanceof ConvolabError && thrown.code === 'dataset.missing';
    return { status: missing ? 'missing' : 'damaged', ...absent };
  }
}

async function mustLocate(folder: string, name: string): Promise<string> {
  const path = await locateFile(folder, name);
  if (path !== undefined) return path;
  throw new ConvolabError('dataset.missing', `${name} is not in ${folder}.`, {
    subject: join(folder, name),
    hint: `Put ${name} or ${name}.gz into ${folder}.`,
  });
}

async function readHeads(layout: SampleLayout, folder: string): Promise<Map<string, FileHead>> {
  const heads = new Map<string, FileHead>();
  for (const name of layout.files) heads.set(name, await readHead(await mustLocate(folder, name)));
  return heads;
}

async function openSamples(facts: DatasetFacts, layout: SampleLayout, folder: string): Promise<Dataset> {
  const manifest = await readManifest(folder);
  const sums = manifest && (await readSums(folder, manifest));
  const whole = createHash('sha256');
  const contents = new Map<string, FileContent>();
  for (const name of layout.files.filter((file) => !layout.large.has(file))) {
    const path = await mustLocate(folder, name);
    contents.set(name, sums ? await readChecked(path, sums.get(name)) : await readContent(path, whole));
  }
  const large = await openLarge(facts, layout, folder, manifest);
  const hash = manifest?.hash ?? whole.digest('hex');
  return {
    name: facts.name,
    title: facts.title,
    shape: layout.shape,
    classes: layout.classes,
    splits: layout.parse(contents),
    ...(large && { large }),
    hash,
    version: publicationOf(facts, manifest, hash),
  };
}

async function readChecked(path: string, expected: string | undefined): Promise<FileContent> {
  const sum = createHash('sha256');
  const content = await readContent(path, sum);
  if (sum.digest('hex') === expected) return content;
  throw damaged(path, 'is not what was fetched (its SHA-256 is another)');
}

/** Files too large to be read now must at least be those whose content was checked when they came. */
async function openLarge(
  facts: DatasetFacts,
  layout: SampleLayout,
  folder: string,
  manifest: Manifest | undefined,
): Promise<Dataset['large']> {
  if (layout.readers === undefined) return undefined;
  if (manifest === undefined) {
    throw new ConvolabError('dataset.missing', `${facts.title} in ${folder} was never checked.`, {
      subject: facts.name,
      hint: `Move its files elsewhere, then run \`convolab datasets import ${facts.name} <that folder>\`.`,
    });
  }
  const heads = new Map<string, FileHead>();
  for (const name of layout.large) {
    const head = await readHead(await mustLocate(folder, name));
    const expected = manifest.unread[name];
    const { size, mtimeMs } = await stat(head.path);
    if (size !== expected?.bytes || mtimeMs !== expected.modified) {
      throw damaged(head.path, 'was changed since it was fetched and checked');
    }
    heads.set(name, head);
  }
  return layout.readers(heads);
}

/** Reads every file, sums it, and parses all but the large ones. */
async function examineSamples(layout: SampleLayout, folder: string, reading?: Reading): Promise<Examination> {
  const whole = createHash('sha256');
  const files: ContentFile[] = [];
  const nothing = { hash: null, splits: {}, files };
  try {
    const heads = await readHeads(layout, folder);
    const contents = new Map<string, FileContent>();
    for (const name of layout.files) {
      const path = await mustLocate(folder, name);
      files.push(await hashFile(path, name, reading, whole));
      if (!layout.large.has(name)) contents.set(name, await readContent(path));
    }
    const splits = layout.count(heads);
    layout.parse(contents);
    return { status: 'ready', hash: whole.digest('hex'), splits, files, faults: [] };
  } catch (thrown) {
    reading?.signal?.throwIfAborted();
    const missing = thrown instanceof ConvolabError && thrown.code === 'dataset.missing';
    return { status: missing ? 'missing' : 'damaged', ...nothing, faults: [faultOf(thrown)] };
  }
}
