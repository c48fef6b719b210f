import { expect, it } from 'vitest';
import { nearestKept } from '../../../../renderer/views/run/epoch.ts';
import { filmEpochs } from '../../../../renderer/views/run/kernel-sheet.ts';

it('shows the last epoch kept at or before the one chosen, or else the first', () => {
  expect(nearestKept([2, 4, 8], 5)).toBe(4);
  expect(nearestKept([2, 4, 8], 8)).toBe(8);
  expect(nearestKept([2, 4, 8], 1)).toBe(2);
  expect(nearestKept([], 3)).toBeNull();
});

it('makes a film of the first epoch, the last and some between, at even distances', () => {
  const kept = Array.from({ length: 50 }, (_, i) => i + 1);
  const film = filmEpochs(kept, 12);
  expect(film).toHaveLength(12);
  expect([film[0], film.at(-1)]).toEqual([1, 50]);
  expect(new Set(film).size).toBe(12);
  expect(filmEpochs([3, 9], 12)).toEqual([3, 9]);
});
