import { describe, expect, test } from 'vitest';
import { predictionsCsv } from '../../../../core/contract/predictions-csv.ts';
import { saliencyPicture, topClasses } from '../../../../renderer/views/run/inside/evidence.ts';
import { joinedRange } from '../../../../renderer/views/run/inside/shared-range.ts';

describe('evidence', () => {
  test('of several channels is their greatest slope, or with its sign their sum', () => {
    const gradient = { shape: [3, 1, 2], data: Float32Array.of(1, -2, -3, 0.5, 2, 0.25) };
    expect([...saliencyPicture(gradient, false)]).toEqual([3, 2]);
    expect([...saliencyPicture(gradient, true)]).toEqual([0, -1.25]);
  });

  test('the likeliest classes come first, ties in their order', () => {
    expect(topClasses([0.1, 0.4, 0.1, 0.4], 3).map(({ label }) => label)).toEqual([1, 3, 0]);
  });

  test('what is compared shares the range around both', () => {
    const ranges = [
      { minimum: -1, maximum: 2 },
      { minimum: 0, maximum: 9 },
    ];
    expect(joinedRange(ranges)).toEqual({ minimum: -1, maximum: 9 });
    expect(joinedRange([])).toEqual({ minimum: 0, maximum: 0 });
  });
});

test('predictions are written as CSV, names in quotes where they need them', () => {
  const rows = [
    { index: 0, label: 1, prediction: 0, probability: 0.75 },
    { index: 1, label: 2, prediction: 2, probability: 1 },
  ];
  expect(predictionsCsv(rows, ['cat', 'a "big", dog'])).toBe(
    'index,label,class,prediction,predicted_class,probability\n' +
      '0,1,"a ""big"", dog",0,cat,0.75\n1,2,2,2,2,1\n',
  );
});
