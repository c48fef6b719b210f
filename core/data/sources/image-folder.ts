import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import type { ImageFile } from '../dataset.ts';
import { imageExtensions } from '../decode/format.ts';
import { fromCollection } from '../derive/base.ts';
import { unreadable } from '../faults.ts';
import { sourceFields, withTest } from './fields.ts';
import { defineSource } from './source.ts';

const schema = z.strictObject({
  type: z.literal('image-folder'),
  ...sourceFields({
    label: 'Folder',
    help: 'Holds a folder of images for each class, or folders `train` and `test` that do.',
  }),
});

/** What folders are called that hold a split, in lower case. */
const splitNames: Readonly<Record<string, 'train' | 'test'>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'test',
  valid: 'test',
  validation: 'test',
};

/** Images as people keep them: a folder for each class, of any size and any of the readable formats. */
export const imageFolder = defineSource<z.output<typeof schema>>({
  type: 'image-folder',
  label: 'Folder of images',
  help: 'One folder for each class (or train and test with these inside); JPEG, PNG, WebP or TIFF of any size.',
  schema,
  async open({ path, test, seed }, name) {
    const folder = resolve(path);
    const { classes, splits } = await scanFolder(folder);
    const base = fromCollection({
      name,
      title: name || basename(folder),
      version: 'own copy',
      hash: await listingHash(folder, splits),
      classes,
      folder,
      splits,
      read: (file) => readFile(join(folder, file)).catch((cause) => Promise.reject(unreadable(file, cause))),
    });
    return { ...base, set: withTest(classes, base.set.splits, { test, seed }) };
  },
});

/** A folder's classes and images, in the order of their names on every system. */
export interface ScannedFolder {
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, readonly ImageFile[]>>;
}

/**
 * Lists a folder of class folders, or of splits that hold these.
 * @throws `dataset.missing` where it is not there or holds no images; `file.unreadable`
 */
export async function scanFolder(folder: string): Promise<ScannedFolder> {
  const names = await foldersIn(folder, folder);
  const named = names.map((name) => ({ name, split: splitNames[name.toLowerCase()] }));
  const parts = named.every(({ split }) => split !== undefined)
    ? firstOfEach(named as { name: string; split: string }[])
    : [{ name: '', split: 'train' }];
  const scanned = await Promise.all(
    parts.map(async ({ name, split }) => ({ split, found: await scanClasses(folder, name) })),
  );
  const classes = [...new Set(scanned.flatMap(({ found }) => [...found.keys()]))].sort();
  const splits = scanned.map(({ split, found }) => {
    const files = classes.flatMap((name, label) => (found.get(name) ?? []).map((path) => ({ path, label })));
    return [split, files] as const;
  });
  if (splits.every(([, files]) => files.length === 0)) throw noImages(folder);
  return { classes, splits: Object.fromEntries(splits) };
}

/** `test` goes before `val` where a folder has both: those are for choosing, and Convolab draws its own. */
function firstOfEach(named: readonly { name: string; split: string }[]): { name: string; split: string }[] {
  const order = Object.keys(splitNames);
  const ordered = named.toSorted(
    (a, b) => order.indexOf(a.name.toLowerCase()) - order.indexOf(b.name.toLowerCase()),
  );
  return ordered.filter(({ split }, i) => ordered.findIndex((other) => other.split === split) === i);
}

/** Paths of the images of each class, relative to the folder. Classes without an image are none. */
async function scanClasses(folder: string, split: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of await foldersIn(join(folder, split), folder)) {
    const below = split === '' ? name : `${split}/${name}`;
    const entries = await readdir(join(folder, below), { recursive: true });
    const images = entries
      .map((entry) => entry.replaceAll('\\', '/'))
      .filter(
        (entry) => !entry.split('/').some(isHidden) && imageExtensions.has(extname(entry).toLowerCase()),
      )
      .sort();
    if (images.length > 0)
      found.set(
        name,
        images.map((image) => `${below}/${image}`),
      );
  }
  return found;
}

async function foldersIn(path: string, whole: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' || cause.code === 'ENOTDIR' ? noFolder(path) : unreadable(path, cause);
  });
  const names: string[] = [];
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const linked =
      entry.isSymbolicLink() && (await stat(join(path, entry.name)).catch(() => null))?.isDirectory();
    if (entry.isDirectory() || linked) names.push(entry.name);
  }
  if (names.length === 0) throw noImages(whole);
  return names.sort();
}

const isHidden = (name: string) => name.startsWith('.');

const wanted =
  'Give a folder with one folder of images for each class, or with folders train and test that hold these.';

function noFolder(folder: string): ConvolabError {
  return new ConvolabError('dataset.missing', `There is no folder ${folder}.`, {
    subject: folder,
    hint: wanted,
  });
}

function noImages(folder: string): ConvolabError {
  const message = `${folder} holds no folders with JPEG, PNG, WebP or TIFF images.`;
  return new ConvolabError('dataset.missing', message, { subject: folder, hint: wanted });
}

/** Changes with every image that is added, removed, renamed or replaced; the images themselves are not read for it. */
async function listingHash(folder: string, splits: ScannedFolder['splits']): Promise<string> {
  const sha256 = createHash('sha256');
  for (const [split, files] of Object.entries(splits)) {
    for (const { path, label } of files) {
      const { size, mtimeMs } = await stat(join(folder, path));
      sha256.update(JSON.stringify([split, path, label, size, mtimeMs]));
    }
  }
  return sha256.digest('hex');
}
