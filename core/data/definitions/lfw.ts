import type { ImagePair } from '../dataset.ts';
import { parseLfwPairs } from '../formats/lfw-pairs.ts';
import { type ImageLayout, imageSet, mustHold } from '../stored/image-set.ts';

const imagePath = /^(?:.*\/)?([^/]+)\/(\1_\d{4}\.jpg)$/;
const listPath = /^(?:.*\/)?(pairs(?:DevTrain|DevTest)?\.txt)$/;

function place(path: string): string | null {
  const [, person, image] = imagePath.exec(path) ?? [];
  if (image !== undefined) return `images/${person}/${image}`;
  return listPath.exec(path)?.[1] ?? null;
}

const layout: ImageLayout = {
  async collect(paths, read) {
    const images = [...paths].filter((path) => path.startsWith('images/')).sort();
    const classes = [...new Set(images.map(personOf))];
    const labels = new Map(classes.map((person, label) => [person, label]));
    const all = images.map((path) => ({ path, label: labels.get(personOf(path)) as number }));
    const listed = async (list: string): Promise<ImagePair[][]> => {
      if (!paths.has(list)) return [];
      const folds = parseLfwPairs(Buffer.from(await read(list)).toString('utf8'), list);
      for (const { images: both } of folds.flat()) for (const path of both) mustHold(paths, path, list);
      return folds;
    };
    // View 1 and view 2 of its makers' report.
    const pairs = {
      train: (await listed('pairsDevTrain.txt')).flat(),
      test: (await listed('pairsDevTest.txt')).flat(),
      folds: await listed('pairs.txt'),
    };
    return { classes, splits: { all }, pairs };
  },
};

function personOf(path: string): string {
  return path.split('/')[1] as string;
}

/** Lists whose sums scikit-learn checks; their lengths are published nowhere. */
function list(name: string, figshare: number, sha256: string) {
  return {
    name,
    urls: [`https://ndownloader.figshare.com/files/${figshare}`, `http://vis-www.cs.umass.edu/lfw/${name}`],
    bytes: null,
    checksum: { algorithm: 'sha256', hex: sha256 },
  } as const;
}

/** The lecture's faces, for DeepID and the pyramid network. */
export const lfw = imageSet(
  {
    name: 'lfw',
    title: 'Labeled Faces in the Wild',
    description:
      'Faces of 5,749 people from the news, 250x250, with pairs of the same and of different people.',
    licence: 'no licence stated; for research, see its page',
    source: 'G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller: Labeled Faces in the Wild',
    homepage: 'http://vis-www.cs.umass.edu/lfw/',
    citation:
      'G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller: Labeled faces in the wild: a database for studying face ' +
      'recognition in unconstrained environments. University of Massachusetts, Amherst, Technical Report 07-49, 2007.',
    imageSize: [250, 250],
    // The names of the people; only the files tell them.
    classes: [],
    published: {
      version: '2007, not aligned',
      splits: { all: 13_233 },
      // Of the archive: photographs do not become larger by unpacking.
      bytes: 190_000_000,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'lfw.tgz',
            urls: [
              'https://ndownloader.figshare.com/files/5976018',
              'http://vis-www.cs.umass.edu/lfw/lfw.tgz',
            ],
            bytes: 180_566_744,
            checksum: {
              algorithm: 'sha256',
              hex: '055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0',
            },
          },
          list('pairs.txt', 5976006, 'ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592'),
          list(
            'pairsDevTrain.txt',
            5976012,
            '1d454dada7dfeca0e7eab6f65dc4e97a6312d44cf142207be28d688be92aabfa',
          ),
          list(
            'pairsDevTest.txt',
            5976009,
            '7cb06600ea8b2814ac26e946201cdb304296262aad67d046a16a7ec85d0ff87c',
          ),
        ],
      },
    ],
  },
  { layout, place },
);
