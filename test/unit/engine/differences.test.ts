import { describe, expect, test } from 'vitest';
import { findDifferences } from '../../../core/engine/differences.ts';

describe('differences between configurations', () => {
  const none = new Set<string>();

  test('are the keys that differ, however deep, and no others', () => {
    const base = { train: { epochs: 3, optimizer: { type: 'sgd', lr: 0.1 } }, seed: 1 };
    const other = { train: { epochs: 3, optimizer: { type: 'sgd', lr: 0.2 } }, seed: 1 };
    expect(findDifferences([base, other, base], none)).toEqual([
      { path: 'train.optimizer.lr', values: [0.1, 0.2, 0.1] },
    ]);
  });

  test('show a key that one has and another has not', () => {
    expect(findDifferences([{ a: { b: 1 } }, {}], none)).toEqual([{ path: 'a.b', values: [1, null] }]);
    expect(findDifferences([{ a: {} }, { a: { b: 1 } }], none)).toEqual([{ path: 'a.b', values: [null, 1] }]);
  });

  test('follow lists of steps by place, and take lists of numbers whole', () => {
    expect(
      findDifferences(
        [{ steps: [{ type: 'a', to: [0, 1] }] }, { steps: [{ type: 'a', to: [0, 2] }, { type: 'b' }] }],
        none,
      ),
    ).toEqual([
      {
        path: 'steps.0.to',
        values: [
          [0, 1],
          [0, 2],
        ],
      },
      { path: 'steps.1.type', values: [null, 'b'] },
    ]);
  });

  test('leave derived keys out, and keep numbers and texts apart', () => {
    expect(
      findDifferences(
        [
          { name: 'x', a: 1 },
          { name: 'y', a: '1' },
        ],
        new Set(['name']),
      ),
    ).toEqual([{ path: 'a', values: [1, '1'] }]);
  });
});
