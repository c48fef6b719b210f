import { describe, expect, it } from 'vitest';
import { ConvolabError } from '../../../core/contract/errors.ts';
import { parseModel } from '../../../core/graph/parse.ts';

const model = (overrides: Record<string, unknown> = {}) => ({
  version: 1,
  name: 'tiny',
  input: [1, 8, 8],
  layers: [
    { id: 'C1', type: 'conv', filters: 2, kernel: 3 },
    { id: 'OUT', type: 'dense', units: 10 },
  ],
  loss: { type: 'mse' },
  ...overrides,
});

function faultOf(input: unknown): ConvolabError {
  try {
    parseModel(input);
  } catch (error) {
    if (error instanceof ConvolabError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a model specification', () => {
  it('gets its defaults filled in', () => {
    expect(parseModel(model()).layers[0]).toEqual({
      id: 'C1',
      type: 'conv',
      filters: 2,
      kernel: 3,
      stride: 1,
      pad: 0,
      groups: 1,
      bias: true,
      activation: 'linear',
    });
  });

  it('parses to the same when parsed again', () => {
    const parsed = parseModel(model());
    expect(parseModel(parsed)).toEqual(parsed);
  });

  it('refuses an unknown key with its path and the nearest known one', () => {
    const layers = [{ id: 'C1', type: 'conv', filters: 2, kernal: 3, kernel: 3 }];
    const fault = faultOf(model({ layers }));
    expect(fault.code).toBe('spec.unknown-key');
    expect(fault.exitCode).toBe(2);
    expect(fault.issues).toHaveLength(1);
    expect(fault.issues?.[0]?.path).toBe('layers.0.kernal');
    expect(fault.issues?.[0]?.message).toContain('did you mean "kernel"?');
  });

  it('refuses an unknown key of the file itself', () => {
    expect(faultOf(model({ lose: { type: 'mse' } })).issues?.[0]?.message).toContain('did you mean "loss"?');
  });

  it('refuses an unknown layer type with the nearest known one', () => {
    const fault = faultOf(model({ layers: [{ id: 'A', type: 'convv' }] }));
    expect(fault.code).toBe('spec.invalid');
    expect(fault.issues?.[0]).toMatchObject({ path: 'layers.0.type' });
    expect(fault.issues?.[0]?.message).toContain('did you mean "conv"?');
  });

  it('refuses an unknown loss', () => {
    expect(faultOf(model({ loss: { type: 'huber' } })).issues?.[0]?.path).toBe('loss.type');
  });

  it('knows the keys of each initializer', () => {
    const fault = faultOf(model({ layers: [conv({ init: { type: 'he', gane: 2 } })] }));
    expect(fault.issues?.[0]).toMatchObject({ path: 'layers.0.init.gane' });
    expect(fault.issues?.[0]?.message).toContain('did you mean "gain"?');
    expect(faultOf(model({ layers: [conv({ init: { type: 'zeros', gain: 2 } })] })).code).toBe(
      'spec.unknown-key',
    );
  });

  it('collects every fault, in the layers, the loss and around them', () => {
    const fault = faultOf({
      version: 2,
      name: '',
      input: [1, 0, 8],
      layers: [
        { id: 'a.b', type: 'conv', filters: 0, kernel: 'big' },
        { id: 'OUT', type: 'dense', units: 2.5, extra: 1 },
        'dense',
      ],
      loss: {},
    });
    expect(fault.code).toBe('spec.invalid');
    expect(fault.issues?.map(({ path }) => path).toSorted()).toEqual([
      'input.1',
      'layers.0.filters',
      'layers.0.id',
      'layers.0.kernel',
      'layers.1.extra',
      'layers.1.units',
      'layers.2',
      'loss.type',
      'name',
      'version',
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'lenet-5'],
    ['a list', []],
    ['no layers', model({ layers: [] })],
    ['layers that are no list', model({ layers: { C1: {} } })],
    ['a missing loss', model({ loss: undefined })],
    ['a layer that is called input', model({ layers: [{ id: 'input', type: 'flatten' }] })],
    ['an unknown connection table', model({ layers: [conv({ connections: 'lenet-6' })] })],
    ['a connection table with other characters', model({ layers: [conv({ connections: ['X-'] })] })],
    ['an unknown initializer', model({ layers: [conv({ init: 'gauss' })] })],
  ])('is refused as bad input when it is or has %s', (_, input) => {
    expect(faultOf(input).exitCode).toBe(2);
  });

  it('takes oblong kernels, tables written out, and initializers by name or with a gain', () => {
    const layers = [
      conv({ kernel: [3, 5], connections: ['XX'], init: 'he' }),
      { id: 'OUT', type: 'dense', units: 2, init: { type: 'xavier', gain: 2 } },
    ];
    expect(parseModel(model({ layers })).layers).toMatchObject(layers);
  });
});

function conv(overrides: Record<string, unknown>) {
  return { id: 'C1', type: 'conv', filters: 2, kernel: 3, ...overrides };
}
