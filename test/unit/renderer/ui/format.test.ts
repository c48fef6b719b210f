import { expect, test } from 'vitest';
import { shortened, tailOf } from '../../../../renderer/ui/format.ts';

test('a text that is too long gives way in its middle, since names of one kind often differ at their ends', () => {
  expect(shortened('relu', 4)).toBe('relu');
  expect(shortened('without normalisation', 17)).toBe('without no…sation');
  expect(shortened('without overlapping', 17)).toBe('without ov…apping');
  for (const most of [2, 3, 5, 8, 20]) {
    const short = shortened('without normalisation', most);
    expect(short.length).toBeLessThanOrEqual(most);
    expect(short).toContain('…');
  }
});

test('short names have no end that is kept whatever the room', () => {
  expect([tailOf('all of them'), tailOf('without overlapping')]).toEqual(['', 'apping']);
});
