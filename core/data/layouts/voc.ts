import type { ObjectBox } from '../dataset.ts';
import { damaged } from '../faults.ts';
import type { VocObject } from '../formats/voc.ts';
import { type ImageLayout, mustHold } from '../stored/image-set.ts';

export const vocClasses = (
  'aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep ' +
  'sofa train tvmonitor'
).split(' ');

/** VOC's own names of the splits, which its challenges use with one meaning since 2007. */
const splitLists = { train: 'train', validation: 'val', test: 'test' } as const;

/** The parts of a VOC devkit that detection needs; segmentations and lists per class are left out. */
export function placeVoc(year: number): (path: string) => string | null {
  const wanted = new RegExp(
    `^(?:.*/)?VOC${year}/(JPEGImages/\\w+\\.jpg|Annotations/\\w+\\.xml|ImageSets/Main/(?:train|val|test)\\.txt)$`,
  );
  return (path) => wanted.exec(path)?.[1] ?? null;
}

export const vocLayout: ImageLayout = {
  async collect(paths, read) {
    // Its XML library is loaded only where there is XML.
    const { parseVocXml } = await import('../formats/voc.ts');
    const splits: Record<string, { path: string; label: null; boxes: readonly ObjectBox[] }[]> = {};
    for (const [split, list] of Object.entries(splitLists)) {
      const listPath = `ImageSets/Main/${list}.txt`;
      if (!paths.has(listPath)) continue;
      const names = Buffer.from(await read(listPath))
        .toString('utf8')
        .split('\n')
        .map((line) => line.trim());
      splits[split] = await Promise.all(
        names
          .filter((name) => name !== '')
          .map(async (name) => {
            const annotation = mustHold(paths, `Annotations/${name}.xml`, listPath);
            const { objects } = parseVocXml(Buffer.from(await read(annotation)).toString('utf8'), annotation);
            return {
              path: mustHold(paths, `JPEGImages/${name}.jpg`, listPath),
              label: null,
              boxes: objects.map((object) => boxOf(object, annotation)),
            };
          }),
      );
    }
    return { classes: vocClasses, splits };
  },
};

function boxOf({ name, ...box }: VocObject, annotation: string): ObjectBox {
  const label = vocClasses.indexOf(name);
  if (label < 0) throw damaged(annotation, `names an object "${name}", which is no class`);
  return { label, ...box };
}
