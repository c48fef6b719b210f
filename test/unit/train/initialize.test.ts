import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../../core/graph/compile.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { parseModel } from '../../../core/graph/parse.ts';
import { resolveModel } from '../../../core/models/index.ts';
import { initialParameters } from '../../../core/train/initialize.ts';

const planOf = (...layers: Record<string, unknown>[]) =>
  compilePlan(
    buildGraph(parseModel({ version: 1, name: 'test', input: [2, 9, 9], layers, loss: { type: 'mse' } })),
    { retain: false },
  );

const extremes = (values: Float32Array = new Float32Array()) => ({
  low: Math.min(...values),
  high: Math.max(...values),
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
});

/** Uniform over [-bound, bound): the extremes come near to the bound and do not pass it. */
function expectUniform(values: Float32Array | undefined, bound: number): void {
  const { low, high, mean } = extremes(values);
  expect(low).toBeGreaterThanOrEqual(-bound);
  expect(low).toBeLessThan(-0.97 * bound);
  expect(high).toBeLessThan(bound);
  expect(high).toBeGreaterThan(0.97 * bound);
  expect(Math.abs(mean)).toBeLessThan(0.1 * bound);
}

describe('initial weights', () => {
  it.each([
    ['sigmoid', undefined, 4 * Math.sqrt(6 / (162 + 50))],
    ['tanh', undefined, Math.sqrt(6 / (162 + 50))],
    ['relu', undefined, Math.sqrt(6 / 162)],
    ['linear', undefined, Math.sqrt(3 / 162)],
    ['relu', 'lecun', Math.sqrt(3 / 162)],
    ['linear', 'he', Math.sqrt(6 / 162)],
    ['sigmoid', { type: 'xavier' }, Math.sqrt(6 / (162 + 50))],
    ['sigmoid', { type: 'he', gain: 2 }, 2 * Math.sqrt(6 / 162)],
  ])('are uniform with the bound of the activation or the initializer: %s, %o', (activation, init, bound) => {
    const plan = planOf({ id: 'D', type: 'dense', units: 50, activation, ...(init && { init }) });
    expectUniform(initialParameters(plan, 1).get('D.weight'), bound);
  });

  it('count the fan of a convolution by its kernel and groups', () => {
    const plan = planOf({ id: 'C', type: 'conv', filters: 64, kernel: 3, groups: 2, activation: 'relu' });
    expectUniform(initialParameters(plan, 1).get('C.weight'), Math.sqrt(6 / 9));
  });

  it('are zero for biases, for `zeros`, and where a connection is absent', async () => {
    const plan = planOf({ id: 'D', type: 'dense', units: 5, init: 'zeros' });
    const zeros = initialParameters(plan, 1);
    expect(zeros.get('D.weight')?.every((value) => value === 0)).toBe(true);
    const lenet = compilePlan(buildGraph(await resolveModel({ preset: 'lenet-5' })), { retain: false });
    const parameters = initialParameters(lenet, 1);
    expect(parameters.get('C1.bias')?.every((value) => value === 0)).toBe(true);
    const mask = lenet.parameters.find(({ name }) => name === 'C3.weight')?.mask;
    const weight = parameters.get('C3.weight');
    expect(weight?.every((value, i) => (mask?.[i] === 1) === (value !== 0))).toBe(true);
  });

  it('are the same for the same seed and others for another', () => {
    const plan = planOf({ id: 'D', type: 'dense', units: 5 });
    expect(initialParameters(plan, 3)).toEqual(initialParameters(plan, 3));
    expect(initialParameters(plan, 3)).not.toEqual(initialParameters(plan, 4));
  });

  it('do not repeat from one layer to the next', () => {
    const dense = { type: 'dense', units: 5, activation: 'sigmoid' };
    const plan = planOf({ id: 'A', ...dense }, { id: 'B', ...dense, units: 162 }, { id: 'C', ...dense });
    const parameters = initialParameters(plan, 1);
    expect(parameters.get('A.weight')).not.toEqual(parameters.get('C.weight'));
  });
});
