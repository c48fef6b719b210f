import { describe, expect, it } from 'vitest';
import type { Distribution, EpochHealth } from '../../../../core/contract/health.ts';
import {
  commonRange,
  layerFigure,
  rebin,
  saturatedShare,
} from '../../../../renderer/views/run/health-figures.ts';

function spread(counts: number[], from: number, to: number): Distribution {
  const count = counts.reduce((sum, each) => sum + each, 0);
  return {
    count,
    nonFinite: 0,
    minimum: from,
    maximum: to,
    mean: 0,
    deviation: 1,
    norm: 2,
    from,
    to,
    counts,
  };
}

describe('saturation', () => {
  it('is the share within the threshold of either end', () => {
    const outputs = spread([5, 1, 1, 1, 1, 1, 1, 1, 1, 7], 0, 1);
    expect(saturatedShare(outputs, 0.1)).toBe(12 / 20);
    expect(saturatedShare(outputs, 0.2)).toBe(14 / 20);
    expect(saturatedShare(outputs, 0.5)).toBe(1);
  });

  it('of nothing is unknown', () => {
    expect(saturatedShare(spread([], 0, 1), 0.05)).toBeNull();
  });
});

describe('other bins', () => {
  it('hold every number once', () => {
    const shares = rebin(spread([1, 2, 3, 4], -1, 1), { from: -2, to: 3 }, 48);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('keep what they held where the range is the same', () => {
    expect([...rebin(spread([1, 2, 1, 4], 0, 4), { from: 0, to: 4 }, 4)]).toEqual([
      1 / 8,
      2 / 8,
      1 / 8,
      4 / 8,
    ]);
  });

  it('spread a bin over those that it covers', () => {
    expect([...rebin(spread([1, 1], 0, 2), { from: 0, to: 2 }, 4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('put numbers that are all alike into one bin', () => {
    const alike = { ...spread([9, 0, 0], 0, 0), minimum: 0.5, maximum: 0.5, from: 0.5, to: 0.5 };
    const range = commonRange([alike]);
    expect(range.to).toBeGreaterThan(range.from);
    const shares = rebin(alike, range, 8);
    expect([...shares].filter((share) => share > 0)).toEqual([1]);
  });
});

describe('the figures of a layer', () => {
  const health: EpochHealth = {
    epoch: 1,
    probeImages: 8,
    rate: 0.1,
    layers: [
      {
        layer: 'C1',
        type: 'conv',
        activation: 'relu',
        units: 4,
        outputs: spread([1], 0, 1),
        saturates: false,
        dead: [2],
      },
    ],
    parameters: [
      {
        parameter: 'C1.weight',
        layer: 'C1',
        weights: spread([1], 0, 1),
        gradient: { ...spread([1], 0, 1), norm: 3 },
        updateRatio: 0.001,
      },
    ],
  };

  it('are read off its outputs and its weights', () => {
    const of = (figure: Parameters<typeof layerFigure>[2]) => layerFigure(health, 'C1', figure, 0.05);
    expect([of('dead-share'), of('gradient-norm'), of('weight-norm'), of('update-ratio')]).toEqual([
      0.25, 3, 2, 0.001,
    ]);
    expect(of('saturated-share')).toBeNull();
  });
});
