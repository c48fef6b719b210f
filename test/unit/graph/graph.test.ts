import { describe, expect, it } from 'vitest';
import { ConvolabError } from '../../../core/contract/errors.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { parseModel } from '../../../core/graph/parse.ts';

type Layer = Record<string, unknown>;

const graphOf = (layers: Layer[], { input = [2, 8, 8], loss = 'mse' } = {}) =>
  buildGraph(parseModel({ version: 1, name: 'test', input, layers, loss: { type: loss } }));

function faultOf(layers: Layer[], options?: { input?: number[]; loss?: string }): ConvolabError {
  try {
    graphOf(layers, options);
  } catch (error) {
    if (error instanceof ConvolabError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const conv = (id: string, more: Layer = {}): Layer => ({ id, type: 'conv', filters: 2, kernel: 3, ...more });
const dense = (id: string, more: Layer = {}): Layer => ({ id, type: 'dense', units: 3, ...more });

describe('the structure of a graph', () => {
  it('chains layers that name no others', () => {
    const { layers } = graphOf([conv('A'), conv('B'), dense('C')]);
    expect(layers.map(({ from }) => from)).toEqual([['input'], ['A'], ['B']]);
  });

  it('follows `from`, also forwards, and keeps the order of the file apart from the order of work', () => {
    const graph = graphOf([
      conv('A'),
      { id: 'SUM', type: 'add', from: ['A', 'B'] },
      conv('B', { from: ['input'] }),
      dense('OUT', { from: ['SUM'] }),
    ]);
    expect(graph.layers.map(({ id }) => id)).toEqual(['A', 'SUM', 'B', 'OUT']);
    expect(graph.order.map(({ id }) => id)).toEqual(['A', 'B', 'SUM', 'OUT']);
    expect(graph.output.id).toBe('OUT');
  });

  it('refuses an id given twice', () => {
    const fault = faultOf([conv('A'), conv('A')]);
    expect(fault).toMatchObject({ code: 'graph.structure', exitCode: 2 });
    expect(fault.issues?.[0]).toEqual({
      path: 'layers.1.id',
      message: 'the id "A" is already that of layers.0',
    });
  });

  it('refuses an unknown id in `from`, with the nearest known one', () => {
    const fault = faultOf([conv('conv1'), dense('OUT', { from: ['conv2'] })]);
    expect(fault.issues?.[0]?.path).toBe('layers.1.from');
    expect(fault.issues?.[0]?.message).toContain('unknown layer "conv2" (did you mean "conv1"?)');
  });

  it('refuses a cycle, naming its layers in the direction of the data', () => {
    const fault = faultOf([
      { id: 'A', type: 'add', from: ['input', 'C'] },
      { id: 'B', type: 'activation', fn: 'relu', from: ['A'] },
      { id: 'C', type: 'activation', fn: 'tanh', from: ['B'] },
      dense('OUT', { from: ['C'] }),
    ]);
    expect(fault.code).toBe('graph.structure');
    expect(fault.message).toContain('the layers form a cycle: A -> B -> C -> A');
  });

  it('refuses a layer that takes itself', () => {
    expect(faultOf([dense('A', { from: ['A'] })]).message).toContain('cycle: A -> A');
  });

  it('refuses an output that nothing takes', () => {
    const fault = faultOf([conv('A'), conv('B', { from: ['input'] })]);
    expect(fault.issues?.[0]?.message).toContain('nothing takes the output of layer A');
  });

  it('refuses a last layer that another one takes', () => {
    const fault = faultOf([dense('A', { from: ['B'] }), dense('B', { from: ['input'] })]);
    expect(fault.issues?.at(-1)?.path).toBe('layers.1');
    expect(fault.issues?.at(-1)?.message).toContain('layer B is the last');
  });

  it('refuses one input for a layer of several, and several for a layer of one', () => {
    const several = faultOf([conv('A'), { id: 'L', type: 'add', from: ['A'] }, dense('OUT')]);
    expect(several.message).toContain('layer L (add) takes two or more layers, not 1');
    const one = faultOf([conv('A'), dense('OUT', { from: ['A', 'input'] })]);
    expect(one.message).toContain('layer OUT (dense) takes exactly one layer, not 2');
  });

  it('refuses softmax straight before softmax cross-entropy, but not before squared error', () => {
    const layers = [dense('A'), { id: 'P', type: 'softmax' }];
    const fault = faultOf(layers, { loss: 'softmax-cross-entropy' });
    expect(fault.code).toBe('graph.structure');
    expect(fault.message).toContain('layer P (softmax) straight before the loss softmax-cross-entropy');
    expect(graphOf(layers).output.id).toBe('P');
  });

  it('reports several faults at once', () => {
    const fault = faultOf([conv('A'), conv('A', { from: ['nowhere'] }), dense('OUT')]);
    expect(fault.issues).toHaveLength(2);
  });
});

describe('the shapes of a graph', () => {
  it('follow the kernel, stride and padding', () => {
    const { layers } = graphOf(
      [
        conv('A', { kernel: [3, 5], stride: 2, pad: 1 }),
        { id: 'P', type: 'pool', mode: 'max', size: 3, stride: 2 },
        { id: 'F', type: 'flatten' },
      ],
      { input: [1, 12, 13] },
    );
    expect(layers.map(({ shape }) => shape)).toEqual([[2, 6, 6], [2, 2, 2], [8]]);
  });

  it('join maps of one size along channels, others as vectors', () => {
    const joined = (second: Layer) =>
      graphOf([
        conv('A'),
        { ...second, from: ['input'] },
        { id: 'J', type: 'concat', from: ['A', 'B'] },
        dense('OUT'),
      ]).layers[2]?.shape;
    expect(joined(conv('B'))).toEqual([4, 6, 6]);
    expect(joined(conv('B', { kernel: 1 }))).toEqual([2 * 36 + 2 * 64]);
  });

  it.each<[string, Layer[], string]>([
    [
      'a kernel larger than the maps',
      [conv('A', { kernel: 9 })],
      'layer A (conv) on 2x8x8: a 9x9 kernel does not fit',
    ],
    ['a convolution of a vector', [dense('A'), conv('B')], 'layer B (conv) on 3: a kernel slides over maps'],
    [
      'groups that do not divide',
      [conv('A', { filters: 3, groups: 2 })],
      '2 groups do not divide both 2 input maps and 3 filters',
    ],
    [
      'a table with too few rows',
      [conv('A', { connections: ['XX'] })],
      'the connection table has 1 rows of 2 columns, for 2 input maps and 2 filters',
    ],
    [
      'a table of uneven rows',
      [conv('A', { connections: ['XX', 'X'] })],
      'the connection table has 2 rows of 2 and 1 columns',
    ],
    [
      'a table with groups',
      [conv('A', { connections: ['XX', 'XX'], groups: 2 })],
      'a connection table and groups exclude each other',
    ],
    [
      'a filter that reads no map',
      [conv('A', { connections: ['X.', 'X.'] })],
      'filter 1 (counted from 0) reads no map',
    ],
    [
      'a window larger than the maps',
      [{ id: 'P', type: 'pool', mode: 'max', size: 9 }],
      'layer P (pool) on 2x8x8: a 9x9 window does not fit',
    ],
    [
      'padding as large as the window',
      [{ id: 'P', type: 'pool', mode: 'max', size: 2, pad: 2 }],
      'with padding 2 a window of size 2 can lie wholly outside',
    ],
    [
      'pooling of a vector',
      [dense('A'), { id: 'P', type: 'pool', mode: 'mean', size: 2 }],
      'layer P (pool) on 3: a window slides over maps',
    ],
    [
      'weights beyond 32 bits of address',
      [conv('A'), dense('B', { units: 100_000_000 })],
      'layer B (dense) on 2x6x6: a tensor of 100000000x72 is more than can be addressed',
    ],
    [
      'a sum of different shapes',
      [conv('A'), { id: 'S', type: 'add', from: ['A', 'input'] }],
      'layer S (add) on 2x6x6 and 2x8x8: 2x8x8 cannot be added to 2x6x6',
    ],
  ])('refuse %s, naming layer and shapes', (_, layers, message) => {
    const fault = faultOf(layers);
    expect(fault.code).toBe('graph.shape');
    expect(fault.message).toContain(message);
    expect(fault.hint).toBeTruthy();
  });
});
