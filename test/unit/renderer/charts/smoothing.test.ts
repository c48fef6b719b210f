import { describe, expect, it } from 'vitest';
import { maximumSmoothing, smooth } from '../../../../renderer/charts/smoothing.ts';

const noisy = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i * 12.9898) * 43.7 + i / 7);

describe('smoothing', () => {
  it('is the raw numbers exactly at weight 0', () => {
    expect(smooth(noisy, 0)).toEqual(noisy);
  });

  it('keeps a constant curve exactly constant at every weight', () => {
    const constant = new Float64Array(500).fill(0.1);
    for (const weight of [0.01, 0.3, 0.6, 0.9, maximumSmoothing]) {
      expect(smooth(constant, weight)).toEqual(constant);
    }
  });

  it('starts at the first value, without the pull towards zero of an uncorrected mean', () => {
    expect(smooth(noisy, 0.95)[0]).toBe(noisy[0]);
  });

  it('is the exponential mean divided by the sum of its weights', () => {
    const weight = 0.8;
    const smoothed = smooth(noisy, weight);
    let mean = 0;
    for (let i = 0; i < noisy.length; i++) {
      mean = weight * mean + (1 - weight) * (noisy[i] as number);
      expect(smoothed[i]).toBeCloseTo(mean / (1 - weight ** (i + 1)), 10);
    }
  });

  it('never reaches weight 1, at which the first value would be held for ever', () => {
    const step = Float64Array.of(0, 1, 1, 1);
    expect(smooth(step, 1)).toEqual(smooth(step, maximumSmoothing));
    expect(smooth(step, 1)[3]).toBeGreaterThan(0.5);
  });

  it('leaves values that are not finite where they are and goes on behind them', () => {
    const broken = smooth(Float64Array.of(1, Number.NaN, 1, Number.POSITIVE_INFINITY, 1), 0.6);
    expect([...broken]).toEqual([1, Number.NaN, 1, Number.POSITIVE_INFINITY, 1]);
  });
});
