import { expect, test } from 'vitest';
import type { Arrivals } from '../../../../core/contract/arrivals.ts';
import { useText } from '../../../../renderer/app/text.ts';
import { groupSentence } from '../../../../renderer/views/compare/arrival-words.ts';

type Group = Arrivals['groups'][number];

function group(...reached: boolean[]): Group {
  const there = reached.filter(Boolean).length;
  const statistic = (mean: number) => ({
    mean: there > 0 ? mean : null,
    deviation: there > 1 ? 0 : null,
    count: there,
  });
  return {
    label: 'relu',
    arrivals: reached.map((one, i) => ({ run: String(i), reached: one, epochs: 5, seconds: 20 })),
    epochs: statistic(5),
    seconds: statistic(20),
  };
}

test.each([
  [[true], 'relu: 5.0 epochs, 20 s (its one run).'],
  [[true, true], 'relu: 5.0 ± 0.0 epochs, 20 s ± 0 s (all 2 runs).'],
  [[false], 'relu: did not come there, within 5.0 epochs.'],
  [[false, false], 'relu: none of 2 came there, within 5.0 epochs or more.'],
  [
    [true, true, false],
    'relu: 5.0 ± 0.0 epochs, 20 s ± 0 s over those that came there; 1 of 3 did not, within 5.0 epochs or more.',
  ],
])('how a group of %j came to a target is said of one run as of many', (reached, words) => {
  expect(groupSentence(useText(), group(...reached))).toBe(words);
});
