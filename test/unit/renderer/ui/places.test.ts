import { describe, expect, test } from 'vitest';
import { takePlaces } from '../../../../renderer/ui/places.ts';

const none = new Map<string, number>();
const places = (shown: string, before: ReadonlyMap<string, number>, held: string | null = null) =>
  takePlaces([...shown], before, held);

describe('places of rows', () => {
  test('are given from top to bottom', () => {
    expect([...places('abc', none)]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  test('stay with a row as long as it is shown, wherever it moves to', () => {
    const before = places('abc', none);
    expect([...places('cab', before)]).toEqual([
      ['c', 2],
      ['a', 0],
      ['b', 1],
    ]);
  });

  test('go over to rows that come, so that a list sorted anew makes none', () => {
    const before = places('abc', none);
    expect([...places('xyz', before).values()]).toEqual([0, 1, 2]);
    const scrolled = places('bcd', before);
    expect(scrolled.get('d')).toBe(before.get('a'));
  });

  test('are made where there are more rows than before', () => {
    expect([...places('abcd', places('ab', none)).values()]).toEqual([0, 1, 2, 3]);
  });

  test('are never given twice', () => {
    let now = places('abcdef', none);
    for (const shown of ['defghi', 'aei', 'ihgfedcba', 'xyz', 'zabcdefgh']) {
      now = places(shown, now);
      expect(new Set(now.values()).size).toBe(shown.length);
    }
  });

  test('do not go over from a row that is held', () => {
    const before = places('abc', none);
    const after = places('xyz', before, 'b');
    expect([...after.values()]).not.toContain(before.get('b'));
  });
});
