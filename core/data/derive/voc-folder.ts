import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { encodePng } from '../decode/encode.ts';
import { writeVocXml } from '../formats/voc.ts';
import type { OnShare } from '../progress.ts';
import { type FixedSamples, sizeOf, upTo } from './samples.ts';
import type { FixedSet } from './stored.ts';

/** Folder of a derived set with its scenes in PASCAL VOC's form, for any tool that reads that. */
export const vocName = 'voc';

/** Images encoded at a time. */
const batch = 16;

/** Where an image of a split lies in the folder, without its ending: `train-00012`. */
export function sceneName(split: string, index: number): string {
  return `${split}-${String(index).padStart(5, '0')}`;
}

/** Path of a scene's image within the folder. */
export function scenePath(split: string, index: number): string {
  return `JPEGImages/${sceneName(split, index)}.png`;
}

/**
 * Writes every split whose samples hold objects: an image and an annotation for each, and the list of its names.
 * @param onShare told after every few images
 * @throws `disk.full`, `file.unwritable`
 */
export async function writeVocFolder(
  folder: string,
  { classes, splits }: FixedSet,
  onShare?: OnShare,
): Promise<void> {
  const total = Object.values(splits).reduce((sum, { count, objects }) => sum + (objects ? count : 0), 0);
  let done = 0;
  try {
    for (const part of ['JPEGImages', 'Annotations', 'ImageSets/Main']) makeFolders(join(folder, part));
    for (const [split, samples] of Object.entries(splits)) {
      if (!samples.objects) continue;
      for (let first = 0; first < samples.count; first += batch) {
        const indices = upTo(Math.min(batch, samples.count - first)).map((i) => first + i);
        await writeScenes(folder, split, classes, samples, indices);
        done += indices.length;
        onShare?.(done / total);
      }
      const names = Array.from(upTo(samples.count), (index) => `${sceneName(split, index)}\n`);
      await writeFile(join(folder, 'ImageSets', 'Main', `${split}.txt`), names.join(''));
    }
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

async function writeScenes(
  folder: string,
  split: string,
  classes: readonly string[],
  samples: FixedSamples,
  indices: Uint32Array,
): Promise<void> {
  const size = sizeOf(samples.shape);
  const [depth, height, width] = samples.shape;
  const pixels = new Uint8Array(indices.length * size);
  await samples.read(indices, pixels);
  await Promise.all(
    Array.from(indices, async (index, i) => {
      const boxes = (await samples.objects?.(index)) ?? [];
      const objects = boxes.map(({ label, ...box }) => ({ name: classes[label] as string, ...box }));
      const name = sceneName(split, index);
      const annotation = writeVocXml({ file: `${name}.png`, width, height, depth, objects });
      await writeFile(join(folder, 'Annotations', `${name}.xml`), annotation);
      const png = await encodePng(pixels.subarray(i * size, (i + 1) * size), samples.shape);
      await writeFile(join(folder, scenePath(split, index)), png);
    }),
  );
}
