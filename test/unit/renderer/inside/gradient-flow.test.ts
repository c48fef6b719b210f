import { describe, expect, test } from 'vitest';
import {
  gradientFlow,
  type Reached,
  shareOf,
  shrinkage,
} from '../../../../renderer/views/run/inside/gradient-flow.ts';

function run(deltas: Record<string, number>): Reached {
  return { layers: Object.entries(deltas).map(([id, delta]) => ({ id, delta })) };
}

describe('the gradient that reaches each layer', () => {
  const deep = run({ input: 2e-5, C1: 3e-5, C2: 0.002, OUT: 0.3 });
  const other = run({ input: 0.01, C1: 0.02, OUT: 4 });

  test('stands in one row for each layer that any run has, on whole powers of ten around all', () => {
    const flow = gradientFlow([deep, other]);
    expect(flow.rows).toEqual([
      { layer: 'input', values: [2e-5, 0.01] },
      { layer: 'C1', values: [3e-5, 0.02] },
      { layer: 'C2', values: [0.002, null] },
      { layer: 'OUT', values: [0.3, 4] },
    ]);
    expect([flow.from, flow.to]).toEqual([-5, 1]);
    expect(shareOf(1e-5, flow)).toBe(0);
    expect(shareOf(1e-4, flow)).toBeCloseTo(1 / 6, 12);
    expect(shareOf(10, flow)).toBe(1);
  });

  test('that is nothing, or none, has no bar', () => {
    const flow = gradientFlow([run({ C1: 0, OUT: 0.05 })]);
    expect([flow.from, flow.to]).toEqual([-2, -1]);
    expect(shareOf(0, flow)).toBe(0);
    expect(shareOf(null, flow)).toBe(0);
    expect(gradientFlow([run({ C1: 0 })])).toMatchObject({ from: -1, to: 0 });
  });

  test('shrinks from the last layer to the first, the input left out', () => {
    expect(shrinkage(deep)).toMatchObject({ first: 'C1', last: 'OUT', times: expect.closeTo(1e4, 6) });
    expect(shrinkage(run({ input: 1, C1: 0, OUT: 1 }))).toBeNull();
  });
});
