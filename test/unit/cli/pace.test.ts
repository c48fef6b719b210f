import { expect, test } from 'vitest';
import { pacesInWords } from '../../../core/cli/pace.ts';
import type { PaceRatio } from '../../../core/contract/arrivals.ts';

const target = { metric: 'validation/accuracy', value: 0.98 };
const base = {
  first: 'relu',
  second: 'sigmoid',
  pace: 'epochs',
  ratio: 2.5,
  interval: null,
  range: null,
  counts: [3, 2],
} as const;

test.each<[string, Pick<PaceRatio, 'kind'> & Partial<PaceRatio>, string[]]>([
  [
    'with the interval where seeds allow one',
    { kind: 'exact', interval: [2, 3.125], range: [1.5, 4] },
    ['needs 2.50 times the epochs of relu (95% CI 2.00 to 3.13, n = 3 + 2).'],
  ],
  [
    'with the runs that lie farthest apart where they do not',
    { kind: 'exact', range: [1.5, 4] },
    ['needs 2.50 times the epochs of relu (runs from 1.50 to 4.00, n = 3 + 2).'],
  ],
  [
    'alone where there is one run of each',
    { kind: 'exact', range: [2.5, 2.5], counts: [1, 1] },
    ['needs 2.50 times the epochs of relu (n = 1 + 1).'],
  ],
  [
    'as a bound where runs of the slower never came there',
    { kind: 'least', pace: 'seconds' },
    ['needs at least 2.50 times the seconds of relu (some of its runs never came there, n = 3 + 2).'],
  ],
  ['not at all where there is no saying', { kind: 'unknown', ratio: null }, []],
])('a ratio is told %s', (_, ratio, words) => {
  expect(pacesInWords([{ ...base, ...ratio } as PaceRatio], target)).toEqual(
    words.map((rest) => `To validation/accuracy 98.00%: sigmoid ${rest}`),
  );
});

test('of many ratios the first are told, and how many there are', () => {
  const words = pacesInWords(
    Array.from({ length: 10 }, () => ({ ...base, kind: 'exact' as const, counts: [3, 2] })),
    target,
  );
  expect(words).toHaveLength(9);
  expect(words.at(-1)).toBe('To validation/accuracy 98.00%: 2 more pairs with --json.');
});
