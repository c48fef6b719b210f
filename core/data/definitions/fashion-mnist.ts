import type { RemoteFile } from '../dataset.ts';
import { idxLayout, mnistSplits } from '../layouts/idx.ts';
import { byName } from '../stored/place.ts';
import { sampleSet } from '../stored/sample-set.ts';

const layout = idxLayout({
  shape: [1, 28, 28],
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  splits: mnistSplits,
});

/** Length and MD5 as its makers' page gives them. */
function packed(name: string, bytes: number, md5: string): RemoteFile {
  return {
    name: `${name}.gz`,
    urls: [
      `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${name}.gz`,
      `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${name}.gz`,
    ],
    bytes,
    checksum: { algorithm: 'md5', hex: md5 },
  };
}

/** A harder set in MNIST's own format. */
export const fashionMnist = sampleSet(
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    description: 'Articles of clothing from a catalogue, grey, 28x28, in the format of MNIST.',
    licence: 'MIT',
    source: 'H. Xiao, K. Rasul, R. Vollgraf (Zalando Research): Fashion-MNIST',
    homepage: 'https://github.com/zalandoresearch/fashion-mnist',
    citation:
      'H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning ' +
      'algorithms. arXiv:1708.07747, 2017.',
    published: {
      version: '2017',
      splits: { train: 60_000, test: 10_000 },
      bytes: 54_950_048,
      // Of Debian's package, which packs the same content anew: its files are shorter by their names alone.
      hash: '14410854cf7a289477dcfc7df3f8ec24741e281cdcc425ede0d9a748ca630214',
    },
    sources: [
      {
        kind: 'system',
        folder: '/usr/share/datasets/fashion-mnist',
        command: 'apt install dataset-fashion-mnist (Debian, Ubuntu)',
      },
      {
        kind: 'web',
        files: [
          packed(mnistSplits.train.images, 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'),
          packed(mnistSplits.train.labels, 29_515, '25c81989df183df01b3e8a0aad5dffbe'),
          packed(mnistSplits.test.images, 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'),
          packed(mnistSplits.test.labels, 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'),
        ],
      },
    ],
  },
  { layout, place: byName(layout.files) },
);
