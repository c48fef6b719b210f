import { expect, it } from 'vitest';
import { cellStrength, confusionFigures, worstMistakes } from '../../../../renderer/views/run/confusion.ts';

/** Rows true, columns predicted. */
const counts = [
  [8, 2, 0],
  [1, 9, 0],
  [0, 0, 0],
];

it('counts rows as true classes and columns as predicted ones', () => {
  const figures = confusionFigures(counts);
  expect(figures.rowTotals).toEqual([10, 10, 0]);
  expect(figures.columnTotals).toEqual([9, 11, 0]);
  expect([figures.correct, figures.total]).toEqual([17, 20]);
});

it('gives recall along rows and precision along columns, and neither for a class without images', () => {
  const figures = confusionFigures(counts);
  expect(figures.recall).toEqual([0.8, 0.9, null]);
  expect(figures.precision).toEqual([8 / 9, 9 / 11, null]);
});

it('lists mistakes by how often they happen, never what is right', () => {
  expect(worstMistakes(counts, 8)).toEqual([
    { truth: 0, predicted: 1, count: 2 },
    { truth: 1, predicted: 0, count: 1 },
  ]);
  expect(worstMistakes(counts, 1)).toHaveLength(1);
});

it('tints a single mistake visibly beside a full diagonal', () => {
  expect(cellStrength(1, 1000)).toBeGreaterThan(0.03);
  expect(cellStrength(1000, 1000)).toBe(1);
  expect(cellStrength(0, 0)).toBe(0);
});
