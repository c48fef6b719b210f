import { describe, expect, test } from 'vitest';
import {
  countOutside,
  drawMarker,
  fromScreen,
  mainView,
  markerOf,
  markers,
  nearestPoint,
  toScreen,
  wholeView,
  zoomed,
} from '../../../../renderer/views/run/inside/scatter.ts';

const extent = { width: 400, height: 200 };
const points = Float32Array.of(-10, 0, 10, 5, 0, -5);

describe('points of a plane', () => {
  const view = wholeView(points, extent);

  test('are all within the picture, upwards up, distances alike both ways', () => {
    const placed = [0, 1, 2].map((i) =>
      toScreen(view, extent, points[2 * i] as number, points[2 * i + 1] as number),
    );
    for (const [x, y] of placed) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(extent.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(extent.height);
    }
    expect(placed[1]?.[1]).toBeLessThan(placed[2]?.[1] as number);
    const perUnit = ((placed[1]?.[0] as number) - (placed[0]?.[0] as number)) / 20;
    expect(((placed[2]?.[1] as number) - (placed[1]?.[1] as number)) / 10).toBeCloseTo(perUnit, 10);
  });

  test('stay under the pointer when the picture is zoomed there', () => {
    const before = fromScreen(view, extent, 30, 40);
    const closer = zoomed(view, extent, [30, 40], 3);
    const after = fromScreen(closer, extent, 30, 40);
    expect(after[0]).toBeCloseTo(before[0], 10);
    expect(after[1]).toBeCloseTo(before[1], 10);
    expect(closer.scale).toBeCloseTo(3 * view.scale, 10);
  });

  test('are found by the pointer within reach, those that are not drawn left out', () => {
    const at = toScreen(view, extent, 10, 5);
    expect(nearestPoint(points, view, extent, [at[0] + 3, at[1]], () => true)).toBe(1);
    expect(nearestPoint(points, view, extent, [at[0] + 30, at[1]], () => true)).toBe(-1);
    expect(nearestPoint(points, view, extent, at, (i) => i !== 1)).toBe(-1);
  });

  test.each([wholeView, mainView])('that are all in one place, or none, still have a view', (of) => {
    expect(of([2, 3, 2, 3], extent)).toMatchObject({ x: 2, y: 3 });
    expect(of([], extent)).toEqual({ x: 0, y: 0, scale: 1 });
  });

  test('far from all others do not decide how small these are, and are counted', () => {
    const cloud = Array.from({ length: 400 }, (_, i) => [(i % 20) - 9.5, Math.floor(i / 20) - 9.5]).flat();
    expect(mainView(cloud, extent)).toEqual(wholeView(cloud, extent));
    const strayed = [...cloud, 900, 0, 0, -900];
    const seen = mainView(strayed, extent);
    expect(seen.scale).toBeGreaterThan(10 * wholeView(strayed, extent).scale);
    expect(countOutside(strayed, seen, extent, () => true)).toBe(2);
    expect(countOutside(strayed, seen, extent, (i) => i !== 401)).toBe(1);
    expect(countOutside(strayed, wholeView(strayed, extent), extent, () => true)).toBe(0);
  });
});

test('classes beyond the colours take another shape, each drawn around its place', () => {
  expect([0, 9, 10, 20, 30, 40].map((label) => markerOf(label, 10))).toEqual([
    'circle',
    'circle',
    'square',
    'triangle',
    'diamond',
    'circle',
  ]);
  for (const marker of markers) {
    const xs: number[] = [];
    const note = (x: number) => void xs.push(x);
    drawMarker(
      {
        beginPath: () => {},
        closePath: () => {},
        moveTo: note,
        lineTo: note,
        arc: (x, _, r) => void xs.push(x - r, x + r),
        rect: (x, _, width) => void xs.push(x, x + width),
      },
      marker,
      50,
      50,
      3,
    );
    expect(Math.min(...xs)).toBeLessThan(50);
    expect(Math.max(...xs)).toBeGreaterThan(50);
    for (const x of xs) expect(Math.abs(x - 50)).toBeLessThan(5);
  }
});
