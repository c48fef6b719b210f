import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../core/graph/describe.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { inlineModel, presetExperiment, presets } from '../../../core/models/index.ts';
import { parseExperiment } from '../../../core/train/experiment.ts';

const describePreset = (preset: string, options: Record<string, unknown> = {}) =>
  describeModel(buildGraph(inlineModel({ preset, options })), 1);

/** `C1 20x26x26 340`, a line for each layer. */
const lines = (preset: string, options?: Record<string, unknown>) =>
  describePreset(preset, options).layers.map(({ id, shape, parameters }) =>
    [id, shape.join('x'), parameters].join(' '),
  );

describe('every preset', () => {
  it.each(presets.map((preset) => [preset.name, preset] as const))(
    '%s is an experiment whose network fits its data',
    (_, preset) => {
      const experiment = parseExperiment({ config: presetExperiment(preset) });
      expect(experiment.model).toMatchObject({ preset: preset.name });
    },
  );
});

describe('the loss of a preset', () => {
  it('can be replaced, with the options of the other', () => {
    const loss = { type: 'softmax-cross-entropy', smoothing: 0.1 };
    expect(inlineModel({ preset: 'cifar-12-24', loss }).loss).toEqual(loss);
    expect(inlineModel({ preset: 'lenet-5', options: { loss: 'mse' } }).loss).toEqual({ type: 'mse' });
  });

  it('is refused where it is wrong, at its place', () => {
    const config = {
      ...presetExperiment(presets[0] as (typeof presets)[number]),
      model: { preset: 'lenet-5', loss: { type: 'softmax-cross-entropy', smothing: 0.1 } },
    };
    expect(() => parseExperiment({ config })).toThrow(
      expect.objectContaining({
        issues: [{ path: 'model.loss.smothing', message: expect.stringContaining('smoothing') }],
      }),
    );
  });
});

describe('AlexNet', () => {
  it('has the shapes and the 60,965,224 parameters of the paper', () => {
    expect(lines('alexnet')).toEqual([
      'C1 96x55x55 34944',
      'R1 96x55x55 0',
      'P1 96x27x27 0',
      'C2 256x27x27 307456',
      'R2 256x27x27 0',
      'P2 256x13x13 0',
      'C3 384x13x13 885120',
      'C4 384x13x13 663936',
      'C5 256x13x13 442624',
      'P5 256x6x6 0',
      'F6 4096 37752832',
      'D6 4096 0',
      'F7 4096 16781312',
      'D7 4096 0',
      'F8 1000 4097000',
    ]);
    expect(describePreset('alexnet').parameters).toBe(60_965_224);
  });

  it('shrinks to small images and few classes', () => {
    expect(lines('alexnet', { input: 'small', scale: 0.25, classes: 10 })).toEqual([
      'C1 24x32x32 1824',
      'R1 24x32x32 0',
      'P1 24x15x15 0',
      'C2 64x15x15 19264',
      'R2 64x15x15 0',
      'P2 64x7x7 0',
      'C3 96x7x7 55392',
      'C4 96x7x7 41568',
      'C5 64x7x7 27712',
      'P5 64x3x3 0',
      'F6 1024 590848',
      'D6 1024 0',
      'F7 1024 1049600',
      'D7 1024 0',
      'F8 10 10250',
    ]);
  });

  it('leaves out each of its ideas when asked to', () => {
    const plain = {
      input: 'small',
      normalisation: false,
      overlapping: false,
      dropout: 0,
      activation: 'tanh',
    };
    const { layers } = describePreset('alexnet', { ...plain, scale: 0.25 });
    expect(layers.map(({ type }) => type)).not.toContain('lrn');
    expect(layers.map(({ type }) => type)).not.toContain('dropout');
    expect(layers.find(({ id }) => id === 'P1')).toMatchObject({ shape: [24, 16, 16] });
    expect(layers[0]?.activation).toBe('tanh');
  });
});

describe('MCDNN', () => {
  it('has the column of the paper for digits', () => {
    expect(lines('mcdnn-column')).toEqual([
      'C1 20x26x26 340',
      'P2 20x13x13 0',
      'C3 40x9x9 20040',
      'P4 40x3x3 0',
      'N5 150 54150',
      'N6 10 1510',
    ]);
  });

  it('has the column of the paper for CIFAR-10, whose pooling makes 3x3 of 5x5', () => {
    expect(lines('mcdnn-cifar')).toEqual([
      'C1 300x30x30 8400',
      'P2 300x15x15 0',
      'C3 300x14x14 360300',
      'P4 300x7x7 0',
      'C5 300x5x5 810300',
      'P6 300x3x3 0',
      'C7 300x2x2 360300',
      'P8 300x1x1 0',
      'N9 300 90300',
      'N10 100 30100',
      'N11 10 1010',
    ]);
    expect(describePreset('mcdnn-cifar', { scale: 0.1 }).layers[0]?.shape).toEqual([30, 30, 30]);
  });
});

describe('the lecture’s own networks', () => {
  it.each([
    ['cifar-12-24', ['C1 12x28x28 912', 'P2 12x14x14 0', 'C3 24x10x10 7224', 'P4 24x5x5 0', 'N5 10 6010']],
    [
      'stl-12-24-16',
      [
        'C1 12x92x92 912',
        'P2 12x46x46 0',
        'C3 24x44x44 2616',
        'P4 24x22x22 0',
        'C5 16x18x18 9616',
        'P6 16x9x9 0',
        'N7 4 5188',
      ],
    ],
    [
      'caltech-12-24-20-16',
      [
        'C1 12x196x196 912',
        'P2 12x98x98 0',
        'C3 24x96x96 2616',
        'P4 24x48x48 0',
        'C5 20x44x44 12020',
        'P6 20x22x22 0',
        'C7 16x18x18 8016',
        'P8 16x9x9 0',
        'N9 10 12970',
      ],
    ],
  ])('%s has the maps and kernels of its page', (preset, expected) => {
    expect(lines(preset)).toEqual(expected);
    expect(describePreset(preset).layers[0]?.activation).toBe('relu');
  });

  it('four-layer-cifar has four layers with weights', () => {
    const { layers } = describePreset('four-layer-cifar');
    expect(layers.filter(({ parameters }) => parameters > 0).map(({ id }) => id)).toEqual([
      'C1',
      'C3',
      'C5',
      'N7',
    ]);
  });
});

describe('DeepID', () => {
  it('has the shapes of the paper, its third layer shared in regions of 2x2, its fourth not at all', () => {
    expect(lines('deepid')).toEqual([
      'C1 20x36x28 340',
      'P1 20x18x14 0',
      'C2 40x16x12 7240',
      'P2 40x8x6 0',
      // 3 x 2 regions of 60 kernels of 40 x 3 x 3
      `C3 60x6x4 ${6 * 60 * (40 * 9 + 1)}`,
      'P3 60x3x2 0',
      // 2 x 1 places of 80 kernels of 60 x 2 x 2
      `C4 80x2x1 ${2 * 80 * (60 * 4 + 1)}`,
      'BOTH 520 0',
      `DEEPID 160 ${160 * (520 + 1)}`,
      `OUT 10177 ${10_177 * 161}`,
    ]);
  });

  it('feeds its features by the third pooling and the fourth convolution', () => {
    const { layers } = describePreset('deepid', { classes: 10, channels: 'colour' });
    expect(layers.find(({ id }) => id === 'BOTH')?.from).toEqual(['P3', 'C4']);
    expect(layers[0]?.parameters).toBe(20 * (3 * 16 + 1));
  });
});

describe('why convolution', () => {
  it.each([
    ['dense', 2304 * 784 + 2304],
    ['local', 2304 * 25 + 2304],
    ['shared', 4 * 25 + 4],
  ])('%s: hidden units of one number, and %d parameters before the output', (connection, parameters) => {
    const [hidden, output] = describePreset('why-convolution', { connection }).layers;
    expect(hidden?.shape.reduce((product, extent) => product * extent, 1)).toBe(4 * 24 * 24);
    expect(hidden?.parameters).toBe(parameters);
    expect(output?.parameters).toBe(10 * 2304 + 10);
  });
});
