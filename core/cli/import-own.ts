import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { type SourceSpec, sourceSchema } from '../data/sources/index.ts';
import { lookAtSource, type SourceLook } from '../data/sources/look.ts';
import type { Engine } from '../engine/api.ts';
import { type OwnData, readOwnData, withOwn } from '../engine/own-data.ts';
import { call } from './call.ts';
import { whole } from './format.ts';
import type { Output } from './output.ts';

/** Kinds of files, by how their names end. */
const kinds: readonly (readonly [ending: RegExp, type: string])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.npz$/i, 'npz'],
  [/\.safetensors$/i, 'safetensors'],
];

/** The source that a path is: a folder of images, or a file by its name. Throws `argument.invalid`, `file.unreadable`. */
export async function sourceAt(path: string): Promise<SourceSpec> {
  const found = await stat(path).catch((cause: Error) => {
    throw new ConvolabError('file.unreadable', `${path} cannot be read: ${cause.message}`, { subject: path });
  });
  const type = found.isDirectory() ? 'image-folder' : kinds.find(([ending]) => ending.test(path))?.[1];
  if (type !== undefined) return sourceSchema.parse({ type, path });
  throw new ConvolabError('argument.invalid', `${path} is no data that Convolab reads.`, {
    subject: path,
    hint: 'Give a folder with a folder of images for each class, or a .csv, .npz or .safetensors file.',
  });
}

/** Data of one's own by their name; undefined where there are none called so. */
export async function findOwnData(engine: Engine, name: string): Promise<OwnData | undefined> {
  const { ownData } = await call(engine, 'settings.get', {});
  return readOwnData(ownData).find((own) => own.name === name);
}

/**
 * Remembers data of one's own by a name, after a look at them; the files stay where they are.
 * @throws `dataset.*`, `file.unreadable`, `argument.invalid`
 */
export async function importOwn(engine: Engine, output: Output, name: string, path: string): Promise<void> {
  const source = await sourceAt(resolve(path));
  const { classes, splits, shape, sizes, faults } = await lookAtSource(source);
  const { ownData } = await call(engine, 'settings.get', {});
  await call(engine, 'settings.set', { values: withOwn(ownData, { name, source }) });
  const counts = Object.fromEntries(
    Object.entries(splits).map(([split, perClass]) => [
      split,
      perClass.reduce((sum, count) => sum + count, 0),
    ]),
  );
  output.object({ name, source, classes, splits: counts, shape, sizes, faults });
  const samples = Object.entries(counts).map(([split, count]) => `${split} ${whole(count)}`);
  const classCount = classes.length === 1 ? '1 class' : `${whole(classes.length)} classes`;
  output.text(`${name}: ${classCount}; ${samples.join(', ')}. Train on it by dataset: { name: ${name} }.`);
  if (classes.length === 1) output.text('With a single class there is nothing to tell apart.');
  if (sizes !== null) output.text(describeSizes(sizes));
  for (const { file, reason } of faults) output.text(`Damaged: ${file}: ${reason}`);
}

/** Images come in files, so that a step has to make samples of them even where all are of one size. */
function describeSizes({ smallest, largest }: NonNullable<SourceLook['sizes']>): string {
  const alike = smallest.height === largest.height && smallest.width === largest.width;
  const sizes = [smallest, largest].map(({ height, width }) => `${height}x${width}`);
  const { height, width } = alike ? smallest : { height: 64, width: 64 };
  const step = `add derive: [{ type: resize, height: ${height}, width: ${width} }]`;
  return `Images are ${alike ? sizes[0] : sizes.join(' to ')}: ${step}.`;
}
