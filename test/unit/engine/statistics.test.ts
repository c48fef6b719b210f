import { describe, expect, test } from 'vitest';
import {
  confidenceHalfWidth,
  mean,
  sampleDeviation,
  standardError,
} from '../../../core/engine/statistics/describe.ts';
import {
  incompleteBeta,
  logGamma,
  studentCdf,
  studentQuantile,
} from '../../../core/engine/statistics/distributions.ts';

describe('mean and spread', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];

  test('divide squares by n - 1', () => {
    expect(mean(values)).toBe(5);
    expect(sampleDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardError(values)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });

  test('of one value is a mean without a spread', () => {
    expect(mean([3])).toBe(3);
    expect(sampleDeviation([3])).toBeNull();
    expect(standardError([3])).toBeNull();
    expect(confidenceHalfWidth([3])).toBeNull();
  });

  test('of equal values is exactly nothing', () => {
    expect(sampleDeviation([0.1, 0.1, 0.1])).toBeCloseTo(0, 15);
  });

  test('keep their digits far from zero', () => {
    expect(sampleDeviation([1e9 + 1, 1e9 + 2, 1e9 + 3])).toBe(1);
  });
});

describe("Student's t", () => {
  // The two-sided 95% and 99% points of every table.
  test.each([
    [1, 12.7062047362, 63.6567411629],
    [2, 4.3026527297, 9.9248432009],
    [4, 2.7764451052, 4.6040948713],
    [9, 2.2621571628, 3.2498355416],
    [30, 2.0422724563, 2.7499956536],
    [1000, 1.9623390808, 2.5807546981],
  ])('with %d degrees of freedom has the points of the tables', (freedom, at95, at99) => {
    expect(studentQuantile(0.975, freedom)).toBeCloseTo(at95, 8);
    expect(studentQuantile(0.995, freedom)).toBeCloseTo(at99, 8);
    expect(studentQuantile(0.025, freedom)).toBeCloseTo(-at95, 8);
  });

  test('with one degree of freedom is the Cauchy distribution', () => {
    for (const t of [-3, -0.5, 0, 0.2, 1, 40]) {
      expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
    }
  });

  test('with two has a closed form', () => {
    for (const t of [-3, -0.5, 0, 0.2, 1, 40]) {
      expect(studentCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
  });

  test('gives the interval of a known sample', () => {
    // n = 3, deviation 1: 4.3026527 / sqrt(3).
    expect(confidenceHalfWidth([1, 2, 3])).toBeCloseTo(4.3026527297 / Math.sqrt(3), 8);
  });
});

test('the gamma function has its known values', () => {
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
  expect(logGamma(171)).toBeCloseTo(706.5730622457, 9);
});

test('the incomplete beta function is symmetric and has its closed forms', () => {
  for (const x of [0, 0.1, 0.5, 0.93, 1]) {
    expect(incompleteBeta(x, 1, 1)).toBeCloseTo(x, 13);
    expect(incompleteBeta(x, 3, 1)).toBeCloseTo(x ** 3, 13);
    expect(incompleteBeta(x, 2.5, 0.5)).toBeCloseTo(1 - incompleteBeta(1 - x, 0.5, 2.5), 13);
  }
});
