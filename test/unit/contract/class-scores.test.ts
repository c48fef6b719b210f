import { expect, it } from 'vitest';
import { scoreClasses } from '../../../core/contract/class-scores.ts';

it('tells recall, precision and F1 of every class', () => {
  const [cat, dog, none] = scoreClasses(
    ['cat', 'dog', 'none'],
    [
      [8, 2, 0],
      [4, 6, 0],
      [0, 0, 0],
    ],
  );
  expect(cat).toEqual({ name: 'cat', count: 10, recall: 0.8, precision: 8 / 12, f1: 16 / 22 });
  expect(dog).toEqual({ name: 'dog', count: 10, recall: 0.6, precision: 0.75, f1: 12 / 18 });
  expect(none).toEqual({ name: 'none', count: 0, recall: null, precision: null, f1: null });
});
