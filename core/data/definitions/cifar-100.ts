import { cifarLayout } from '../layouts/cifar.ts';
import { byName } from '../stored/place.ts';
import { sampleSet } from '../stored/sample-set.ts';

/** The fine labels, in their order in the files. */
const classes = (
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly ' +
  'camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup ' +
  'dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower ' +
  'leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid ' +
  'otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray ' +
  'road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar ' +
  'sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle ' +
  'wardrobe whale willow_tree wolf woman worm'
).split(' ');

/** Superclasses of the coarse label, which is read past. */
const coarse = 20;

const layout = cifarLayout({
  classes,
  labels: [coarse, classes.length],
  splits: { train: ['train.bin'], test: ['test.bin'] },
});

export const cifar100 = sampleSet(
  {
    name: 'cifar-100',
    title: 'CIFAR-100',
    description: 'Small colour photographs of a hundred kinds of things, 32x32.',
    licence: 'no licence stated; for research, with the citation below',
    source: 'A. Krizhevsky, V. Nair, G. Hinton: The CIFAR-100 dataset',
    homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    citation:
      'A. Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto, 2009.',
    published: {
      version: '2009, binary version',
      splits: { train: 50_000, test: 10_000 },
      bytes: 184_440_000,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'cifar-100-binary.tar.gz',
            urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
            bytes: 168_513_733,
            checksum: { algorithm: 'md5', hex: '03b5dce01913d631647c71ecec9e9cb8' },
          },
        ],
      },
    ],
  },
  { layout, place: byName(layout.files) },
);
