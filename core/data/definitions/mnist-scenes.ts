import { derivedScenes } from '../derive/definition.ts';

/** A detection task without a download: digits of varied size amid clutter, in PASCAL VOC's form. */
export const mnistScenes = derivedScenes({
  facts: {
    name: 'mnist-scenes',
    title: 'MNIST scenes',
    description:
      'Handwritten digits of varied size on cluttered canvases of 128x128, with a box around every one.',
    licence: 'CC BY-SA 3.0, as MNIST',
    source:
      'Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits; composed by Convolab',
    homepage: 'http://yann.lecun.com/exdb/mnist/',
    citation:
      'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. ' +
      'Proceedings of the IEEE 86(11), 1998.',
    imageSize: [128, 128],
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    published: {
      version: 'derived from MNIST',
      splits: { train: 4000, test: 1000 },
      bytes: 5000 * 128 * 128,
      hash: 'd83637a3fc455d9b7dd74b3c795d1c48ab7306b7e30248de6b9d29d7f09f391f',
    },
  },
  from: 'mnist',
  derive: [{ type: 'scenes', train: 4000, test: 1000, seed: 1 }],
});
