import { findPreset } from '../../models/index.ts';

/** A network that speed is measured on; the model as a file would hold it. */
export interface BenchNet {
  readonly name: string;
  readonly activation: string;
  readonly model: unknown;
  /** Images per batch where nothing else is asked for. */
  readonly batch: number;
  /** Measured only when asked for by name: it takes long, or is there to be compared with one other. */
  readonly onRequest?: true;
}

interface Layer {
  readonly type: string;
  readonly [option: string]: unknown;
}

const conv = (filters: number, kernel: number, options: object = {}) => ({
  type: 'conv',
  filters,
  kernel,
  ...options,
});
const mean = (size: number) => ({ type: 'pool', mode: 'mean', size });
const max = (size: number, stride = size) => ({ type: 'pool', mode: 'max', size, stride });
const dense = (units: number) => ({ type: 'dense', units });

/** Every conv and dense layer but the last gets the activation; ids are places in the list. */
function net(
  name: string,
  input: number[],
  activation: string,
  layers: readonly Layer[],
  batch = 64,
): BenchNet {
  const withActivation = layers.map((layer, i) => {
    const takes = layer.type !== 'pool' && i < layers.length - 1;
    return { id: `L${i + 1}`, ...layer, ...(takes && { activation }) };
  });
  const loss = { type: 'softmax-cross-entropy' };
  return { name, activation, batch, model: { version: 1, name, input, layers: withActivation, loss } };
}

/** LeNet-5 with every map of C3 reading every map of S2, as other frameworks have it. */
const lenet5 = [conv(6, 5), mean(2), conv(16, 5), mean(2), dense(120), dense(84), dense(10)];

/** AlexNet's second to fifth convolution with its two groups, on the 96 maps of 27 x 27 that the first leaves. */
const alexnet = [
  conv(256, 5, { pad: 2, groups: 2 }),
  max(3, 2),
  conv(384, 3, { pad: 1 }),
  conv(384, 3, { pad: 1, groups: 2 }),
  conv(256, 3, { pad: 1, groups: 2 }),
  max(3, 2),
  dense(10),
];

/**
 * Mean pooling 2x2 of 24 maps in both of the lecture's ways (Bouvrie 2006): each block by itself; or a convolution with a
 * kernel of ones for each map, and then every second pixel.
 */
const meanPooling: readonly BenchNet[] = [
  net('mean-pooling-blocks', [24, 64, 64], 'linear', [mean(2), dense(10)]),
  net('mean-pooling-convolution', [24, 64, 64], 'linear', [
    conv(24, 2, { groups: 24, bias: false, init: 'ones' }),
    max(1, 2),
    dense(10),
  ]),
];

/** As published, with its 60,965,224 parameters; a batch is one slice of the CPU's. */
function wholeAlexnet(): BenchNet {
  const preset = findPreset('alexnet');
  return { name: 'alexnet', activation: 'relu', model: preset.model(preset.options.parse({})), batch: 16 };
}

/** In both activations, as each is what a study of them trains. */
const pair = (name: string, input: number[], layers: readonly Layer[]) =>
  ['sigmoid', 'relu'].map((activation) => net(name, input, activation, layers));

/** The lecture's networks, cheapest first, then those on request. */
export const benchNets: readonly BenchNet[] = [
  ...pair('lenet-5', [1, 32, 32], lenet5),
  // 1 x 29 x 29 - 20C4 - MP2 - 40C5 - MP3 - 150N - 10N (Ciresan et al. 2012)
  ...pair('mcdnn', [1, 29, 29], [conv(20, 4), max(2), conv(40, 5), max(3), dense(150), dense(10)]),
  ...pair('cifar', [3, 32, 32], [conv(12, 5), mean(2), conv(24, 5), mean(2), dense(10)]),
  ...pair('stl', [3, 96, 96], [conv(12, 5), mean(2), conv(24, 3), mean(2), conv(16, 5), mean(2), dense(4)]),
  ...pair(
    'caltech',
    [3, 200, 200],
    [conv(12, 5), mean(2), conv(24, 3), mean(2), conv(20, 5), mean(2), conv(16, 5), mean(2), dense(10)],
  ),
  net('alexnet-conv', [96, 27, 27], 'relu', alexnet, 128),
  ...[...meanPooling, wholeAlexnet()].map((asked) => ({ ...asked, onRequest: true as const })),
];
