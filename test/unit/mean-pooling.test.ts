import { expect, it } from 'vitest';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { drawBatch, drawState, probe, tensorsOf, worstError } from '../support/plans.ts';

const channels = 3;

/** Pooling between a convolution, whose gradients show what is handed back, and a dense layer. */
function planOf(pooling: readonly object[]) {
  const layers = [
    { id: 'A', type: 'conv', filters: channels, kernel: 3, pad: 1, activation: 'tanh' },
    ...pooling,
    { id: 'Z', type: 'dense', units: 4 },
  ];
  const model = { version: 1, name: 'pooling', input: [2, 9, 8], layers, loss: { type: 'mse' } };
  return compilePlan(buildGraph(parseModel(model)), { retain: true });
}

it.each([2, 3, 4])(
  'mean pooling by %d: blocks, and a convolution with ones read at every n-th pixel (Bouvrie 2006), are equal',
  async (size) => {
    const blocks = planOf([{ id: 'P', type: 'pool', mode: 'mean', size }]);
    const convolved = planOf([
      { id: 'S', type: 'conv', filters: channels, kernel: size, groups: channels, bias: false },
      { id: 'P', type: 'pool', mode: 'max', size: 1, stride: size },
    ]);
    const state = drawState(blocks, size);
    const batch = drawBatch(blocks, 5, size);
    const ones = new Float32Array(channels * size * size).fill(1 / size ** 2);
    const parameters = new Map([...state.parameters, ['S.weight', ones]]);
    const backend = createReferenceBackend();
    const direct = tensorsOf(await probe(backend, blocks, state, batch));
    const wasteful = tensorsOf(await probe(backend, convolved, { ...state, parameters }, batch));
    // 1 / 9 is no float32, so the weights of the convolution are off by half a unit in their last place.
    expect(worstError(wasteful, direct).error).toBeLessThan(1e-6);
  },
);
