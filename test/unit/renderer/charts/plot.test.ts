import { describe, expect, it } from 'vitest';
import {
  type LineStyle,
  type PlotSettings,
  type PlotSource,
  preparePlot,
} from '../../../../renderer/charts/plot.ts';
import { curvePoints, wallTime } from '../../../../renderer/charts/points.ts';
import { neighbourX, readoutAt } from '../../../../renderer/charts/readout.ts';
import { plotCsv } from '../../../../renderer/charts/table.ts';

const style: LineStyle = { colour: '#0067b8', dash: 'solid', width: 1.5, opacity: 1, marks: false };
const settings: PlotSettings = {
  xKind: 'epoch',
  scale: 'linear',
  xScale: 'linear',
  smoothing: 0,
  zoom: null,
  buckets: 400,
};

function curve(id: string, values: (number | null)[]): PlotSource {
  const steps = values.map((_, i) => 100 * (i + 1));
  const points = curvePoints({
    run: id,
    metric: 'validation/loss',
    steps,
    epochs: steps.map((step) => step / 100),
    seconds: steps.map((step) => step / 50),
    values,
    total: values.length,
  });
  return { id, label: id, style, points };
}

describe('a plot', () => {
  it('counts and places what cannot be drawn instead of dropping it', () => {
    const sources = [curve('a', [1, null, 0.5, 0, -0.1, 0.25])];
    expect(preparePlot(sources, settings).undrawable).toBe(1);
    const log = preparePlot(sources, { ...settings, scale: 'log' });
    expect(log.lines[0]?.undrawable).toEqual([1, 3, 4]);
    expect(log.y.from).toBeGreaterThan(0);
  });

  it('does not move a zoomed view when points are added', () => {
    const zoom = { from: 1.5, to: 3.5 };
    const before = preparePlot([curve('a', [5, 4, 3, 2])], { ...settings, zoom });
    const after = preparePlot([curve('a', [5, 4, 3, 2, 99, 99])], { ...settings, zoom });
    expect(after.x).toEqual(before.x);
    expect(after.y).toEqual(before.y);
    expect(after.xTicks).toEqual(before.xTicks);
  });

  it('shows the raw line beneath a smoothed one, and the same line at smoothing 0', () => {
    const raw = preparePlot([curve('a', [1, 9, 1, 9])], settings).lines[0];
    expect(raw?.shown).toBe(raw?.raw);
    const smoothed = preparePlot([curve('a', [1, 9, 1, 9])], { ...settings, smoothing: 0.9 }).lines[0];
    expect(smoothed?.raw).toEqual(raw?.raw);
    expect(smoothed?.shown[1]).toBeLessThan(9);
  });

  it('ends accuracies at 1 and begins what is never negative at 0', () => {
    const { y } = preparePlot([curve('a', [0.01, 0.999])], { ...settings, ceiling: 1 });
    expect(y).toEqual({ from: 0, to: 1 });
  });

  it('holds the lines that cross a zoomed view without a point inside it', () => {
    const { y } = preparePlot([curve('a', [0, 10])], { ...settings, zoom: { from: 1.4, to: 1.6 } });
    expect(y.from).toBeGreaterThan(3);
    expect(y.from).toBeLessThanOrEqual(4);
    expect(y.to).toBeGreaterThanOrEqual(6);
  });

  it('has axes before the first point', () => {
    const { x, y } = preparePlot([], settings);
    expect(x.to).toBeGreaterThan(x.from);
    expect(y.to).toBeGreaterThan(y.from);
  });

  it('writes no fractional epoch on a wide axis', () => {
    const { xTicks } = preparePlot([curve('a', [1, 2, 3, 4, 5, 6])], settings);
    expect(xTicks.every(({ value }) => Number.isInteger(value))).toBe(true);
  });
});

describe('the readout', () => {
  const plot = preparePlot([curve('long', [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]), curve('short', [1, 2])], settings);

  it('says the nearest point of every line', () => {
    expect(readoutAt(plot, 2.2).map(({ line, x, shown }) => [line.id, x, shown])).toEqual([
      ['long', 2, 8],
      ['short', 2, 2],
    ]);
  });

  it('claims nothing for a run that ended long before', () => {
    expect(readoutAt(plot, 8).map(({ line }) => line.id)).toEqual(['long']);
  });

  it('is walked point by point from the keyboard', () => {
    expect(neighbourX(plot, null, 1)).toBe(1);
    expect(neighbourX(plot, 2.4, 1)).toBe(3);
    expect(neighbourX(plot, 2.4, -1)).toBe(2);
    expect(neighbourX(plot, 10, 1)).toBe(10);
  });
});

describe('CSV of a chart', () => {
  it('holds the plotted numbers with all their digits, NaN included, and names that need quotes quoted', () => {
    const plot = preparePlot([curve('a, "b"', [0.1 + 0.2, null])], settings);
    expect(plotCsv(plot, { x: 'epoch', value: 'loss' })).toBe(
      'line,epoch,loss\r\n"a, ""b""",1,0.30000000000000004\r\n"a, ""b""",2,NaN\r\n',
    );
  });

  it('holds smoothed numbers beside the raw ones, and only the range in view', () => {
    const plot = preparePlot([curve('a', [4, 8, 2])], {
      ...settings,
      smoothing: 0.5,
      zoom: { from: 1.5, to: 2.5 },
    });
    expect(plotCsv(plot, { x: 'epoch', value: 'loss' })).toBe(
      `line,epoch,loss,smoothed\r\na,2,8,${4 + (0.5 / 0.75) * 4}\r\n`,
    );
  });
});

describe('horizontal axes', () => {
  it('take logarithms, and flag what lies at 0 instead of dropping it', () => {
    const source = curve('a', [5, 4, 3, 2]);
    const moved = { ...source, points: { ...source.points, epoch: Float64Array.of(0, 1, 10, 100) } };
    const plot = preparePlot([moved as PlotSource], { ...settings, xScale: 'log' });
    expect(plot.x).toEqual({ from: 1, to: 100 });
    expect(plot.lines[0]?.undrawable).toEqual([0]);
    expect(plot.xTicks.filter(({ labelled }) => labelled).map(({ value }) => value)).toEqual([
      1, 2, 5, 10, 20, 50, 100,
    ]);
  });

  it('tell the time of day across a pause', () => {
    const stretches: [number, number][] = [
      [0, 1_000_000],
      [10, 9_000_000],
    ];
    expect([4, 10, 12].map((seconds) => wallTime(seconds, stretches))).toEqual([
      1_004_000, 1_010_000, 9_002_000,
    ]);
    expect(wallTime(4, [])).toBeNaN();
  });

  it('leave out of the time of day what has none, and say so', () => {
    const plot = preparePlot([curve('a', [1, 2])], { ...settings, xKind: 'wall' });
    expect(plot.latest).toBe(0);
  });
});
