import { derivedSet } from '../derive/definition.ts';

/** Training and test images a class, as in the lecture's four classes of STL-10. */
const perClass = { train: 500, test: 800 };
const classes = ['airplane', 'automobile', 'cat', 'dog'];

/** Stands in for the lecture's STL-10 (2,000 training and 3,200 test images of 96x96) where that is not on disk. */
export const cifarAsStl = derivedSet(
  {
    facts: {
      name: 'cifar-as-stl',
      title: 'CIFAR-10 in place of STL-10',
      description:
        'Not STL-10: four classes of CIFAR-10 enlarged to 96x96, as many images as the lecture takes of STL-10.',
      licence: 'as CIFAR-10: no licence stated; for research, with the citation below',
      source: 'A. Krizhevsky, V. Nair, G. Hinton: The CIFAR-10 dataset; enlarged by Convolab',
      homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
      citation:
        'A. Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto, 2009.',
      classes,
      published: {
        version: 'derived from CIFAR-10 of 2009',
        splits: { train: 4 * perClass.train, test: 4 * perClass.test },
        bytes: 4 * (perClass.train + perClass.test) * 3 * 96 * 96,
        hash: '52cc1c46b88f18bf7a2c57a8bebdec872d3b948af1de9812a8871defdec7f088',
      },
    },
    from: 'cifar-10',
    derive: [
      { type: 'classes', keep: classes },
      { type: 'samples', ...perClass, seed: 1 },
      { type: 'resize', height: 96, width: 96, method: 'bilinear' },
    ],
  },
  [3, 96, 96],
);
