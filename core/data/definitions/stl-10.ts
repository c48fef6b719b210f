import { stlLayout } from '../layouts/stl.ts';
import { byName } from '../stored/place.ts';
import { sampleSet } from '../stored/sample-set.ts';

const layout = stlLayout([
  'airplane',
  'bird',
  'car',
  'cat',
  'deer',
  'dog',
  'horse',
  'monkey',
  'ship',
  'truck',
]);

/** The lecture's STL-10: few labelled images, and many without labels. */
export const stl10 = sampleSet(
  {
    name: 'stl-10',
    title: 'STL-10',
    description: 'Colour photographs of ten kinds of things, 96x96, and 100,000 more without labels.',
    licence: 'no licence stated; images from ImageNet, for research',
    source: 'A. Coates, H. Lee, A. Y. Ng: The STL-10 dataset',
    homepage: 'https://cs.stanford.edu/~acoates/stl10/',
    citation:
      'A. Coates, H. Lee, A. Y. Ng: An analysis of single-layer networks in unsupervised feature learning. AISTATS, 2011.',
    published: {
      version: '2011, binary version',
      splits: { train: 5_000, test: 8_000, unlabelled: 100_000 },
      bytes: 3_124_237_000,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'stl10_binary.tar.gz',
            urls: [
              'https://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
              'http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
            ],
            bytes: 2_640_397_119,
            // As torchvision and TensorFlow Datasets check it; the page itself gives none.
            checksum: {
              algorithm: 'sha256',
              hex: 'f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866',
            },
          },
        ],
      },
    ],
  },
  { layout, place: byName(layout.files) },
);
