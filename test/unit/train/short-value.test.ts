import { expect, test } from 'vitest';
import { shortValue } from '../../../core/train/short-value.ts';

test.each([
  [0.01, '0.01'],
  [false, 'false'],
  ['relu', 'relu'],
  [null, 'none'],
  [undefined, 'none'],
  [[], 'none'],
  [{ type: 'adam', lr: 0.1 }, 'adam'],
  [{ preset: 'alexnet', options: {} }, 'alexnet'],
  [{ spec: { name: 'own' } }, 'own'],
  [[{ type: 'width', pixels: 10 }, { type: 'grey' }], 'width 10 + grey'],
  [[3, 5], '3 + 5'],
  [{ a: 1 }, '{"a":1}'],
])('%j is called %s', (value, name) => {
  expect(shortValue(value)).toBe(name);
});
