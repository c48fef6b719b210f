import { describe, expect, it } from 'vitest';
import { formCommittee, type Opinion } from '../../../core/train/committee.ts';
import { countAmong } from '../../../core/train/scores.ts';

const opinion = (probabilities: number[], labels = [0, 1]): Opinion => ({
  count: 2,
  classes: 2,
  views: 1,
  probabilities: Float64Array.from(probabilities),
  labels: Int32Array.from(labels),
});

describe('a committee', () => {
  it('averages probabilities, so that a sure network outvotes two unsure ones', () => {
    const unsure = opinion([0.45, 0.55, 0.4, 0.6]);
    const sure = opinion([0.9, 0.1, 0.9, 0.1]);
    const { columns, accuracy, wrong } = formCommittee([unsure, unsure, sure]);
    expect(columns.map(({ correct }) => correct)).toEqual([1, 1, 1]);
    expect(accuracy).toBe(0.5);
    expect(wrong).toEqual([{ index: 1, label: 1, predicted: 0, sure: expect.closeTo(1.7 / 3, 12) }]);
  });

  it('refuses networks that were tested on other images', () => {
    expect(() => formCommittee([opinion([1, 0, 0, 1]), opinion([1, 0, 0, 1], [1, 1])])).toThrow(
      /not tested on the same images/,
    );
  });
});

it('counts the labels among the largest outputs, ties for the earlier class', () => {
  const outputs = Float32Array.from([3, 2, 1, 0, 0, 0]);
  expect(countAmong(outputs, [1, 0], 3, 1)).toBe(1);
  expect(countAmong(outputs, [1, 1], 3, 2)).toBe(2);
  expect(countAmong(outputs, [2, 2], 3, 2)).toBe(0);
});
