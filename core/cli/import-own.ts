import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { type SourceSpec, sourceSchema } from '../data/sources/index.ts';
import { lookAtSource } from '../data/sources/look.ts';
import type { Engine } from '../engine/api.ts';
import { withOwn } from '../engine/own-data.ts';
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
  output.text(
    `${name}: ${classes.length} classes; ${samples.join(', ')}. Train on it by dataset: { name: ${name} }.`,
  );
  if (sizes !== null) {
    const { smallest, largest } = sizes;
    const range = `${smallest.height}x${smallest.width} to ${largest.height}x${largest.width}`;
    output.text(`Images are ${range}: add derive: [{ type: resize, height: 64, width: 64 }].`);
  }
  for (const { file, reason } of faults) output.text(`Damaged: ${file}: ${reason}`);
}
