import { describe, expect, test } from 'vitest';
import {
  centralWindow,
  type Extent,
  type ResampleMethod,
  Resampler,
} from '../../../../core/data/derive/resample.ts';
import { RandomSequence } from '../../../../core/train/random.ts';

/** One plane brought to another size, as floats. */
function resample(pixels: readonly number[], from: Extent, to: Extent, method: ResampleMethod): number[] {
  const target = new Float32Array(to.height * to.width);
  new Resampler(from, to, method).plane(Float32Array.from(pixels), 0, 1, target, 0);
  return [...target];
}

const extent = (height: number, width: number): Extent => ({ height, width });
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('resizing by area', () => {
  test('takes the mean of what a pixel covers, parts of pixels included', () => {
    // 3 -> 2: the first covers pixel 0 and half of pixel 1.
    const third = resample([0, 30, 90], extent(1, 3), extent(1, 2), 'area');
    expect(third).toEqual([expect.closeTo(10, 5), expect.closeTo(70, 5)]);
    const quarter = resample([1, 2, 3, 4, 5, 6, 7, 8], extent(2, 4), extent(1, 2), 'area');
    expect(quarter).toEqual([3.5, 5.5]);
  });

  test('keeps the mean of the image, whatever the two sizes', () => {
    const random = new RandomSequence(1, 'probe');
    for (let round = 0; round < 200; round++) {
      const from = extent(1 + random.below(40), 1 + random.below(40));
      const to = extent(1 + random.below(40), 1 + random.below(40));
      const pixels = Array.from({ length: from.height * from.width }, () => random.below(256));
      const small = resample(pixels, from, to, 'area');
      expect(mean(small), `${JSON.stringify({ from, to })}`).toBeCloseTo(mean(pixels), 3);
    }
  });
});

describe('resizing bilinearly', () => {
  test('weighs the two nearest pixels by their distance, and repeats the edge', () => {
    // Centres of 4 new pixels on the old grid: -0.25, 0.25, 0.75, 1.25.
    expect(resample([0, 100], extent(1, 2), extent(1, 4), 'bilinear')).toEqual([0, 25, 75, 100]);
  });

  test('weighs four pixels in two dimensions', () => {
    // 2x2 -> 3x3: centres at -1/6 (edge), 1/2 and 7/6 (edge); the middle is the mean of all four.
    const pixels = resample([0, 10, 20, 50], extent(2, 2), extent(3, 3), 'bilinear');
    expect(pixels).toEqual([0, 5, 10, 10, 20, 30, 20, 35, 50]);
  });

  test('of half the size looks at the middle of every other pair', () => {
    // Centre of the first: (0 + 0.5) * 3 - 0.5 = 1; of the second: 4.
    expect(resample([1, 2, 3, 4, 5, 6], extent(1, 6), extent(1, 2), 'bilinear')).toEqual([2, 5]);
  });
});

describe.each(['area', 'bilinear'] as const)('resizing (%s)', (method) => {
  test('to the same size changes nothing', () => {
    const pixels = Array.from({ length: 35 }, (_, i) => (i * 37) % 256);
    expect(resample(pixels, extent(5, 7), extent(5, 7), method)).toEqual(pixels);
  });

  test('leaves a flat image flat, and never leaves the range of the pixels', () => {
    const random = new RandomSequence(2, 'probe');
    for (let round = 0; round < 100; round++) {
      const [from, to] = [extent(1 + random.below(20), 9), extent(7, 1 + random.below(20))];
      const resampler = new Resampler(from, to, method);
      const target = new Uint8Array(to.height * to.width);
      resampler.plane(new Uint8Array(from.height * from.width).fill(255), 0, 1, target, 0);
      expect(new Set(target)).toEqual(new Set([255]));
    }
  });

  test('rounds bytes to the nearest', () => {
    const target = new Uint8Array(1);
    new Resampler(extent(1, 2), extent(1, 1), method).plane(Uint8Array.of(10, 11), 0, 1, target, 0);
    expect(target[0]).toBe(11);
  });

  test('takes one channel out of pixels that lie side by side, and writes where it is told', () => {
    const interleaved = Uint8Array.of(1, 50, 3, 70);
    const target = new Uint8Array(4);
    new Resampler(extent(1, 2), extent(1, 2), method).plane(interleaved, 1, 2, target, 1);
    expect([...target]).toEqual([0, 50, 70, 0]);
  });
});

describe('the middle of an image', () => {
  test('is the largest part with the wanted proportions', () => {
    expect(centralWindow(extent(200, 300), extent(50, 50))).toEqual({
      top: 0,
      left: 50,
      height: 200,
      width: 200,
    });
    expect(centralWindow(extent(100, 50), extent(10, 20))).toEqual({
      top: 37.5,
      left: 0,
      height: 25,
      width: 50,
    });
  });

  test('is what is resized where it is asked for', () => {
    const from = extent(1, 4);
    const target = new Float32Array(1);
    const resampler = new Resampler(from, extent(1, 1), 'area', centralWindow(from, extent(1, 1)));
    resampler.plane(Float32Array.of(100, 2, 4, 100), 0, 1, target, 0);
    expect(target[0]).toBe(100 * 0 + 0.5 * 2 + 0.5 * 4);
  });
});
