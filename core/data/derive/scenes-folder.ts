import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageCollection } from '../dataset.ts';
import { unreadable } from '../faults.ts';
import { openStored } from './open.ts';
import type { ReferenceInput } from './section.ts';
import { scenePath, vocName } from './voc-folder.ts';

/**
 * A derived set of scenes as images in files, with what is on them; made first where it was not made before.
 * @throws as `openTrainingSet`
 */
export async function openScenes(section: ReferenceInput, home: string): Promise<ImageCollection> {
  const { dataset, folder: stored } = await openStored(section, home);
  const folder = join(stored, vocName);
  const { name, version, hash, title, classes, objects = {} } = dataset;
  const splits = Object.entries(objects).map(([split, boxes]) => {
    const files = boxes.map((on, index) => ({ path: scenePath(split, index), label: null, boxes: on }));
    return [split, files] as const;
  });
  return {
    name,
    version,
    hash,
    title,
    classes,
    folder,
    splits: Object.fromEntries(splits),
    read: (path) => readFile(join(folder, path)).catch((cause) => Promise.reject(unreadable(path, cause))),
  };
}
