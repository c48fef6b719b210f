import { describe, expect, test } from 'vitest';
import type { GroupDifference } from '../../../../core/contract/significance.ts';
import { findingOf, writeP } from '../../../../renderer/views/compare/significance.ts';

const pair = (changes: Partial<GroupDifference>): GroupDifference => ({
  outcome: 'test',
  first: 'sigmoid',
  second: 'relu',
  counts: [3, 4],
  never: [0, 0],
  difference: 0.0042,
  tooFewSeeds: false,
  welch: { difference: 0.0042, interval: [0.0031, 0.0053], t: 8, freedom: 4, p: 0.0008 },
  correctedP: 0.0008,
  paired: null,
  rankSum: null,
  effect: null,
  ...changes,
});
const welch = (interval: [number, number]) => ({ difference: 0, interval, t: 1, freedom: 4, p: 0.01 });

describe('what is said of two groups', () => {
  test('starts from the one that did better, in percentage points', () => {
    expect(findingOf(pair({}), 'validation/accuracy')).toEqual({
      verdict: 'clear',
      better: 'relu',
      worse: 'sigmoid',
      size: '0.42',
      equal: false,
      interval: ['0.31', '0.53'],
      n: '3 + 4',
    });
  });

  test('turns the interval around with the groups', () => {
    const worse = pair({ difference: -0.0042, welch: welch([-0.0053, 0.0001]) });
    expect(findingOf(worse, '')).toMatchObject({
      better: 'sigmoid',
      size: '0.42',
      interval: ['−0.01', '0.53'],
    });
  });

  test('takes fewer epochs and less loss for better', () => {
    const epochs = pair({ outcome: 'epochsToTarget', difference: 2.5, welch: welch([1, 4]) });
    expect(findingOf(epochs, '')).toMatchObject({ better: 'sigmoid', worse: 'relu', size: '2.5' });
    const loss = pair({ outcome: 'best', difference: -0.125 });
    expect(findingOf(loss, 'validation/loss')).toMatchObject({ better: 'relu', size: '0.1250' });
  });

  test('is no more than chance from 5% on, after the correction', () => {
    expect(findingOf(pair({ correctedP: 0.05 }), '').verdict).toBe('unclear');
    expect(findingOf(pair({ correctedP: 0.0499 }), '').verdict).toBe('clear');
  });

  test('calls means that read the same neither better nor worse', () => {
    const same = pair({ difference: -0.00004, welch: welch([-0.01, 0.01]), correctedP: 0.9 });
    expect(findingOf(same, '')).toMatchObject({ verdict: 'equal', equal: true, size: '0.00' });
    const seconds = pair({ outcome: 'secondsToTarget', difference: 0, welch: null, tooFewSeeds: true });
    expect(findingOf(seconds, '')).toMatchObject({ verdict: 'tooFew', equal: true });
  });

  test('does not judge by the runs that came to the target where others never did', () => {
    const some = pair({ outcome: 'epochsToTarget', never: [0, 1], welch: null, correctedP: null });
    expect(findingOf(some, '').verdict).toBe('never');
    expect(findingOf({ ...some, tooFewSeeds: true }, '').verdict).toBe('never');
  });

  test('admits that nothing was tested', () => {
    const few = findingOf(pair({ tooFewSeeds: true, welch: null, correctedP: null }), '');
    expect(few).toMatchObject({ verdict: 'tooFew', interval: null });
    expect(findingOf(pair({ welch: null, correctedP: null }), '').verdict).toBe('untestable');
  });
});

test('p values have two digits, and never read as nothing', () => {
  expect([0.00541, 0.5, 1e-7, 1, null].map(writeP)).toEqual(['0.0054', '0.5', '< 0.0001', '1', '–']);
});
