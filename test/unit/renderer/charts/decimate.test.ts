import { expect, it } from 'vitest';
import { decimate } from '../../../../renderer/charts/decimate.ts';

const count = 100_000;
const x = Float64Array.from({ length: count }, (_, i) => i);

it('keeps a spike of one step among 100,000 points at every zoom', () => {
  const y = new Float64Array(count);
  y[61_803] = 5;
  for (const [start, end] of [
    [0, count],
    [50_000, 70_000],
    [61_700, 61_900],
  ] as const) {
    expect(decimate(x, y, start, end, 300)).toContain(61_803);
  }
});

it('keeps smallest and largest of every bucket, in ascending order', () => {
  const y = Float64Array.from(x, (i) => Math.sin(i * 7.31) * (1 + i / count));
  const kept = decimate(x, y, 0, count, 400);
  expect(kept.length).toBeLessThanOrEqual(4 * 401);
  expect([...kept]).toEqual([...new Set(kept)].sort((a, b) => a - b));
  const width = (count - 1) / 400;
  for (let bucket = 0; bucket < 400; bucket++) {
    const members = [...y.keys()].filter((i) => Math.floor(i / width) === bucket);
    const chosen = [...kept].filter((i) => Math.floor(i / width) === bucket);
    const extreme = (of: number[]) => [
      Math.min(...of.map((i) => y[i] as number)),
      Math.max(...of.map((i) => y[i] as number)),
    ];
    expect(extreme(chosen)).toEqual(extreme(members));
    if (bucket > 20) break;
  }
});

it('keeps points that cannot be drawn, as gaps, and finds the extremes beside them', () => {
  const y = Float64Array.from(x, (i) => (i % 1000 === 0 ? Number.NaN : i));
  const kept = decimate(x, y, 0, count, 50);
  expect([...kept].filter((i) => i % 1000 === 0)).toHaveLength(100);
  expect(kept).toContain(1);
});

it('leaves short curves alone', () => {
  expect([...decimate(x, x, 3, 7, 300)]).toEqual([3, 4, 5, 6]);
});
