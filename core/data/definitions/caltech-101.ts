import type { ObjectBox } from '../dataset.ts';
import { damaged } from '../faults.ts';
import { parseMat } from '../formats/mat.ts';
import { type ImageLayout, imageSet } from '../stored/image-set.ts';

/** The folders of images, in the order of their names; the background clutter is no class. */
const classes = (
  'Faces Faces_easy Leopards Motorbikes accordion airplanes anchor ant barrel bass beaver binocular ' +
  'bonsai brain brontosaurus buddha butterfly camera cannon car_side ceiling_fan cellphone chair ' +
  'chandelier cougar_body cougar_face crab crayfish crocodile crocodile_head cup dalmatian dollar_bill ' +
  'dolphin dragonfly electric_guitar elephant emu euphonium ewer ferry flamingo flamingo_head garfield ' +
  'gerenuk gramophone grand_piano hawksbill headphone hedgehog helicopter ibis inline_skate joshua_tree ' +
  'kangaroo ketch lamp laptop llama lobster lotus mandolin mayfly menorah metronome minaret nautilus ' +
  'octopus okapi pagoda panda pigeon pizza platypus pyramid revolver rhino rooster saxophone schooner ' +
  'scissors scorpion sea_horse snoopy soccer_ball stapler starfish stegosaurus stop_sign strawberry ' +
  'sunflower tick trilobite umbrella watch water_lilly wheelchair wild_cat windsor_chair wrench ' +
  'yin_yang'
).split(' ');

/** Annotations lie in folders of their own, some of which are called otherwise. */
const annotationFolders: Readonly<Record<string, string>> = {
  Airplanes_Side_2: 'airplanes',
  Faces_2: 'Faces',
  Faces_3: 'Faces_easy',
  Motorbikes_16: 'Motorbikes',
};

const imagePath = /^(?:.*\/)?([^/]+)\/(image_\d{4}\.jpg)$/;
const annotationPath = /^(?:.*\/)?([^/]+)\/(annotation_\d{4}\.mat)$/;

function place(path: string): string | null {
  const [, imageFolder, image] = imagePath.exec(path) ?? [];
  if (image !== undefined)
    return classes.includes(imageFolder as string) ? `images/${imageFolder}/${image}` : null;
  const [, folder = '', annotation] = annotationPath.exec(path) ?? [];
  const name = annotationFolders[folder] ?? folder;
  return annotation !== undefined && classes.includes(name) ? `annotations/${name}/${annotation}` : null;
}

const layout: ImageLayout = {
  async collect(paths, read) {
    const images = [...paths].filter((path) => path.startsWith('images/')).sort();
    const all = await Promise.all(
      images.map(async (path) => {
        const label = classes.indexOf(path.split('/')[1] as string);
        const annotation = path.replace(/^images\/(.*)image_(\d+)\.jpg$/, 'annotations/$1annotation_$2.mat');
        if (!paths.has(annotation)) return { path, label };
        return { path, label, boxes: [readBox(await read(annotation), annotation, label)] };
      }),
    );
    return { classes, splits: { all } };
  },
};

/** `box_coord` is [top, bottom, left, right], counted from 1. */
function readBox(bytes: Uint8Array, path: string, label: number): ObjectBox {
  const { data } = parseMat(bytes, path).get('box_coord') ?? {};
  if (data?.length !== 4) throw damaged(path, 'holds no box of four coordinates');
  const [top = 0, bottom = 0, left = 0, right = 0] = [...data].map((coordinate) => coordinate - 1);
  return { label, left, top, right, bottom, difficult: false };
}

/** The lecture's CalTech101. */
export const caltech101 = imageSet(
  {
    name: 'caltech-101',
    title: 'Caltech-101',
    description: 'Photographs of 101 kinds of objects, about 300x200 each, with the box around the object.',
    licence: 'CC BY 4.0',
    source: 'F.-F. Li, M. Andreeto, M. Ranzato, P. Perona: Caltech 101',
    homepage: 'https://data.caltech.edu/records/mzrjq-6wc02',
    citation:
      'F.-F. Li, M. Andreeto, M. Ranzato, P. Perona: Caltech 101 (1.0). CaltechDATA, 2022. doi:10.22002/D1.20086',
    classes,
    published: {
      version: '1.0',
      splits: { all: 8_677 },
      // Of the archives in it, which photographs and annotations together do not exceed.
      bytes: 146_000_000,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'caltech-101.zip',
            urls: ['https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip?download=1'],
            bytes: 137_414_764,
            checksum: { algorithm: 'md5', hex: '3138e1922a9193bfa496528edbbc45d0' },
          },
        ],
      },
    ],
  },
  { layout, place },
);
