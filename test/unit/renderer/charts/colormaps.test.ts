import { describe, expect, it } from 'vitest';
import { centred, colourIndex, colourTable, paint, rangeOf } from '../../../../renderer/charts/colormaps.ts';

/** Relative luminance, WCAG 2. */
function luminance(table: Uint8ClampedArray, i: number): number {
  const linear = [0, 1, 2].map((c) => {
    const share = (table[3 * i + c] as number) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = linear as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('the sequential map', () => {
  it('only gets lighter, so that it keeps its order when printed in grey', () => {
    const table = colourTable('sequential');
    for (let i = 1; i < 256; i++) expect(luminance(table, i)).toBeGreaterThanOrEqual(luminance(table, i - 1));
    expect(luminance(table, 255) - luminance(table, 0)).toBeGreaterThan(0.85);
  });
});

describe('the diverging map', () => {
  it('is white at 0, blue below and red above, whatever the range of the weights', () => {
    for (const range of [centred({ minimum: -0.2, maximum: 0.9 }), centred({ minimum: 0.1, maximum: 0.4 })]) {
      const [minus, zero, plus] = [0, 4, 8].map((at) =>
        [...paint([-9, 0, 9], 'diverging', range)].slice(at, at + 3),
      );
      expect(Math.min(...(zero as number[]))).toBeGreaterThan(250);
      expect((minus as number[])[2]).toBeGreaterThan(2 * ((minus as number[])[0] as number));
      expect((plus as number[])[0]).toBeGreaterThan(2 * ((plus as number[])[2] as number));
    }
  });

  it('darkens towards both ends alike', () => {
    const table = colourTable('diverging');
    for (let i = 1; i < 128; i++) {
      expect(luminance(table, i)).toBeGreaterThanOrEqual(luminance(table, i - 1));
      expect(luminance(table, 255 - i)).toBeGreaterThanOrEqual(luminance(table, 256 - i));
    }
  });
});

describe('painting', () => {
  it('puts the ends of the range at the ends of the map and clips what is beyond', () => {
    const range = { minimum: 2, maximum: 4 };
    expect([1, 2, 3, 4, 9].map((value) => colourIndex(value, range))).toEqual([0, 0, 128, 255, 255]);
  });

  it('gives a constant picture the middle of the map', () => {
    expect(colourIndex(0, rangeOf([0, 0, 0]))).toBe(128);
  });

  it('reads the range of finite values only, and shows NaN in a colour of its own', () => {
    expect(rangeOf([Number.NaN, -1, 3, Number.POSITIVE_INFINITY])).toEqual({ minimum: -1, maximum: 3 });
    expect([...paint([Number.NaN], 'sequential', { minimum: 0, maximum: 1 })]).toEqual([255, 0, 255, 255]);
  });
});
