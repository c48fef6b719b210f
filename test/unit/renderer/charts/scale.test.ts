import { describe, expect, it } from 'vitest';
import {
  drawable,
  linearTicks,
  logTicks,
  paddedDomain,
  timeTicks,
} from '../../../../renderer/charts/scale.ts';

const labelled = (from: number, to: number) =>
  logTicks(from, to)
    .filter((tick) => tick.labelled)
    .map((tick) => tick.value);

describe('linear ticks', () => {
  it('are multiples of 1, 2 or 5 times a power of ten, written without binary noise', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(0.975, 0.992)).toEqual([0.975, 0.98, 0.985, 0.99]);
    expect(linearTicks(-3, 12)).toEqual([0, 5, 10]);
    expect(linearTicks(0, 0.0004)).toEqual([0, 0.0001, 0.0002, 0.0003, 0.0004]);
  });

  it('never number more than asked for, plus one', () => {
    for (let to = 0.001; to < 1e6; to *= 1.37) expect(linearTicks(0, to, 5).length).toBeLessThanOrEqual(6);
  });
});

describe('logarithmic ticks', () => {
  it('label decades, and 2 and 5 where few decades are shown', () => {
    expect(labelled(0.001, 1)).toEqual([0.001, 0.01, 0.1, 1]);
    expect(labelled(0.02, 2)).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(labelled(0.2, 0.9)).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.8]);
  });

  it('draw the multiples between decades as lines without labels', () => {
    const unlabelled = logTicks(0.001, 1).filter((tick) => !tick.labelled);
    expect(unlabelled.map((tick) => tick.value)).toContain(0.03);
    expect(unlabelled).toHaveLength(24);
  });

  it('fall back to linear ones within a third of a decade, where no power of ten would show', () => {
    expect(labelled(0.9, 1.1).length).toBeGreaterThanOrEqual(3);
  });

  it('thin out over very many decades', () => {
    expect(labelled(1e-14, 1).length).toBeLessThanOrEqual(8);
  });
});

describe('time ticks', () => {
  it('are whole seconds, minutes and hours', () => {
    expect(timeTicks(0, 100)).toEqual([0, 30, 60, 90]);
    expect(timeTicks(0, 3600)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
  });
});

describe('domains', () => {
  it('give a constant curve room on both sides', () => {
    const { from, to } = paddedDomain(0.5, 0.5, 'linear');
    expect(from).toBeLessThan(0.5);
    expect(to).toBeGreaterThan(0.5);
  });

  it('stay positive on a logarithmic axis', () => {
    expect(paddedDomain(1e-6, 3, 'log').from).toBeGreaterThan(0);
  });

  it('exist where nothing can be drawn', () => {
    expect(paddedDomain(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'log')).toEqual({
      from: 0.1,
      to: 1,
    });
  });
});

describe('what can be drawn', () => {
  it('is finite, and positive where the axis is logarithmic', () => {
    expect(drawable(0, 'linear')).toBe(true);
    expect(drawable(0, 'log')).toBe(false);
    expect(drawable(-1, 'log')).toBe(false);
    expect(drawable(Number.NaN, 'linear')).toBe(false);
    expect(drawable(Number.POSITIVE_INFINITY, 'linear')).toBe(false);
  });
});
