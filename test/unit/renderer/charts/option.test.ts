import { expect, it } from 'vitest';
import { exportOption } from '../../../../renderer/charts/export-chart.ts';
import { type PlotSource, preparePlot } from '../../../../renderer/charts/plot.ts';

const style = { colour: '#123456', dash: 'solid', width: 1, opacity: 1, marks: false } as const;
const column = (...values: number[]) => Float64Array.from(values);
const sources: PlotSource[] = [
  {
    id: 'mean',
    label: 'relu (n = 3)',
    style,
    points: {
      step: column(1, 2),
      epoch: column(1, 2),
      time: column(1, 2),
      wall: column(),
      mean: column(1, 2),
      low: column(0, 1),
      high: column(2, 3),
      count: [3, 3],
    },
  },
  {
    id: 'run',
    label: 'relu/seed 1',
    style: { ...style, colour: '#654321' },
    points: {
      step: column(1, 2),
      epoch: column(1, 2),
      time: column(1, 2),
      wall: column(1, 2),
      value: column(1, Number.NaN),
    },
  },
];
const ink = {
  text: '#1',
  strong: '#2',
  hairline: '#3',
  faint: '#4',
  axis: '#5',
  surface: '#6',
  font: 'Inter',
};

it('names in an exported legend every line once, by the series that has its colour', () => {
  const plot = preparePlot(sources, {
    xKind: 'epoch',
    scale: 'linear',
    xScale: 'linear',
    smoothing: 0.5,
    zoom: null,
    buckets: 100,
  });
  const option = exportOption(plot, { ink, xKind: 'epoch', values: 'plain' }, { title: 'Loss', x: 'epoch' });
  const series = [option.series ?? []].flat().filter((it) => it.name !== undefined);
  expect(series.map((it) => [it.name, 'lineStyle' in it ? it.lineStyle?.color : null])).toEqual([
    ['relu (n = 3)', '#123456'],
    ['relu/seed 1', '#654321'],
  ]);
});
