import { expect, it } from 'vitest';
import { ref } from 'vue';
import { createMapping, scaledRange, selectedRange } from '../../../../renderer/charts/geometry.ts';
import { createChartView, defaultChartSettings } from '../../../../renderer/charts/view.ts';

const freshView = (follow: boolean) => createChartView(ref({ ...defaultChartSettings, follow }));

it('leaves a zoomed range where it is while new points come', () => {
  const view = freshView(false);
  view.reportLatest('loss', 10);
  view.zoom.value = { from: 6, to: 10 };
  view.reportLatest('loss', 14);
  expect(view.range.value).toEqual({ from: 6, to: 10 });
});

it('moves a range that reached the latest point along with it, on request, at the same width', () => {
  const view = freshView(true);
  view.reportLatest('loss', 10);
  view.zoom.value = { from: 6, to: 10 };
  view.reportLatest('loss', 14);
  expect(view.range.value).toEqual({ from: 10, to: 14 });
});

it('never moves a range that looks at the past', () => {
  const view = freshView(true);
  view.reportLatest('loss', 10);
  view.zoom.value = { from: 2, to: 5 };
  view.reportLatest('loss', 14);
  expect(view.range.value).toEqual({ from: 2, to: 5 });
});

it('shows everything again when the axis counts something else', () => {
  const view = freshView(false);
  view.zoom.value = { from: 2, to: 5 };
  view.settings.value.x = 'step';
  expect(view.range.value).toBeNull();
});

it('maps pixels to data and back, and takes a twitch for a click', () => {
  const mapping = createMapping(
    { width: 400, height: 200 },
    { x: { from: 0, to: 10 }, y: { from: 0.001, to: 1 }, scale: 'log', xScale: 'linear' },
  );
  expect(mapping.xAt(mapping.x(3.7))).toBeCloseTo(3.7);
  const [top, middle, bottom] = [mapping.y(1), mapping.y(Math.sqrt(0.001)), mapping.y(0.001)];
  expect(middle).toBeCloseTo((top + bottom) / 2);
  expect(selectedRange(mapping, 100, 102)).toBeNull();
  expect(selectedRange(mapping, mapping.x(6), mapping.x(2))).toEqual({
    from: expect.closeTo(2),
    to: expect.closeTo(6),
  });
  expect(selectedRange(mapping, mapping.x(6), 9999)?.to).toBeCloseTo(10);
  expect(mapping.yAt(mapping.y(0.25))).toBeCloseTo(0.25);
});

it('places a logarithmic horizontal axis by decades, and zooms it by decades', () => {
  const axes = { x: { from: 1, to: 1000 }, y: { from: 0, to: 1 }, scale: 'linear', xScale: 'log' } as const;
  const mapping = createMapping({ width: 400, height: 200 }, axes);
  expect(mapping.x(10) - mapping.x(1)).toBeCloseTo(mapping.x(1000) - mapping.x(100));
  expect(mapping.xAt(mapping.x(42))).toBeCloseTo(42);
  const closer = scaledRange(axes.x, Math.sqrt(1000), 0.5, 'log');
  expect(Math.log10(closer.to / closer.from)).toBeCloseTo(1.5);
});
