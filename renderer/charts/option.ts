import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption, TitleComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import { formatTick, formatTimeTick, type ValueKind, wallFormat } from './format.ts';
import { margin } from './geometry.ts';
import type { Plot, PlotLine } from './plot.ts';
import type { XKind } from './points.ts';
import { drawable, fromAxis, type ScaleKind, toAxis } from './scale.ts';

export type ChartOption = ComposeOption<
  | CustomSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | LineSeriesOption
  | ScatterSeriesOption
  | TitleComponentOption
>;

/** Colours and font of the theme in force, read from the design tokens. */
export interface ChartInk {
  readonly text: string;
  readonly strong: string;
  readonly hairline: string;
  /** Lines between the decades of a logarithmic axis. */
  readonly faint: string;
  readonly axis: string;
  readonly surface: string;
  readonly font: string;
}

export interface ChartLook {
  readonly ink: ChartInk;
  readonly xKind: XKind;
  readonly values: ValueKind;
}

type AxisOption = Extract<XAXisComponentOption, { type?: 'value' }> &
  Extract<YAXisComponentOption, { type?: 'value' }>;
type Pair = [number, number];

/**
 * What ECharts is asked to draw. Domains, ticks and logarithms are worked out here already, so the canvas, the overlay
 * and the exported file cannot disagree; ECharts sees linear axes in axis coordinates.
 */
export function chartOption(plot: Plot, look: ChartLook): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily: look.ink.font },
    grid: { ...margin, outerBoundsMode: 'none' },
    xAxis: { ...xAxis(plot, look), id: 'x' },
    yAxis: { ...yAxis(plot, look), id: 'y' },
    series: plot.lines.flatMap((line) => lineSeries(line, plot)),
  };
}

function axisBase({ ink }: ChartLook): AxisOption {
  return {
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: ink.text, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: ink.hairline, width: 1 } },
  };
}

function xAxis({ x, xTicks, xScale }: Plot, look: ChartLook): AxisOption {
  const base = axisBase(look);
  const format = { time: formatTimeTick, wall: wallFormat(x), epoch: plainTick, step: plainTick }[look.xKind];
  const labelled = xTicks.filter((tick) => tick.labelled).map(({ value }) => toAxis(value, xScale));
  return {
    ...base,
    min: toAxis(x.from, xScale),
    max: toAxis(x.to, xScale),
    axisLine: { show: true, onZero: false, lineStyle: { color: look.ink.axis } },
    axisTick: { show: false, customValues: xTicks.map(({ value }) => toAxis(value, xScale)) },
    // The last label ends with the axis, so that none is cut off at the card's edge.
    axisLabel: {
      ...base.axisLabel,
      margin: 8,
      alignMaxLabel: 'right',
      customValues: labelled,
      formatter: (coordinate: number) => format(rounded(fromAxis(coordinate, xScale), xScale)),
    },
    splitLine: { show: false },
  };
}

const plainTick = (value: number) => formatTick(value, 'plain');

/** What a logarithm and its inverse left over of a round number is taken away. */
function rounded(value: number, scale: ScaleKind): number {
  return scale === 'log' ? Number(value.toPrecision(9)) : value;
}

function yAxis({ y, yTicks, scale }: Plot, look: ChartLook): AxisOption {
  const base = axisBase(look);
  const coordinates = yTicks.map(({ value }) => toAxis(value, scale));
  const labelled = yTicks.filter((tick) => tick.labelled).map(({ value }) => toAxis(value, scale));
  return {
    ...base,
    min: toAxis(y.from, scale),
    max: toAxis(y.to, scale),
    axisTick: { show: false, customValues: coordinates },
    splitLine: {
      lineStyle: {
        color: yTicks.map((tick) => (tick.labelled ? look.ink.hairline : look.ink.faint)),
        width: 1,
      },
    },
    axisLabel: {
      ...base.axisLabel,
      customValues: labelled,
      formatter: (coordinate: number) => formatTick(rounded(fromAxis(coordinate, scale), scale), look.values),
    },
  };
}

const dashes = { solid: 'solid', dashed: [5, 4], dotted: [1.5, 3] } as const;

type LineData = NonNullable<LineSeriesOption['data']>;
type Series = LineSeriesOption | CustomSeriesOption | ScatterSeriesOption;

function lineSeries(line: PlotLine, plot: Plot): Series[] {
  const { style } = line;
  const smoothed = line.raw !== line.shown;
  const isolated = line.drawn.filter((i) => drawable(line.shown[i] as number, plot.scale)).length <= 1;
  const marked = isolated || (style.marks && line.drawn.length <= 60);
  const series: Series[] = [];
  if (line.band) series.push(bandSeries(line, plot));
  const shared = { type: 'line', silent: true, clip: true, connectNulls: false } as const;
  const stroke = { color: style.colour, width: style.width, type: dashes[style.dash] as 'solid' | number[] };
  if (smoothed && !line.band) {
    series.push({
      ...shared,
      id: `${line.id}:raw`,
      data: pairs(line, line.raw, plot) as LineData,
      showSymbol: false,
      lineStyle: { ...stroke, width: 1, opacity: 0.45 * style.opacity },
    });
  }
  series.push({
    ...shared,
    id: line.id,
    // Of all that draws a line, only the line itself bears its name: legends take their colour from it.
    name: line.label,
    data: pairs(line, line.shown, plot) as LineData,
    showSymbol: marked,
    symbol: marked ? 'circle' : 'none',
    symbolSize: isolated ? 6 : 5,
    itemStyle: { color: style.colour, opacity: style.opacity },
    lineStyle: { ...stroke, opacity: style.opacity },
  });
  if (line.undrawable.length > 0) series.push(flagSeries(line, plot));
  return series;
}

function pairs(
  line: PlotLine,
  values: Float64Array,
  { scale, xScale }: Pick<Plot, 'scale' | 'xScale'>,
): Pair[] {
  return Array.from(line.drawn, (i): Pair => {
    const value = values[i] as number;
    const x = line.x[i] as number;
    const shown = drawable(value, scale) && drawable(x, xScale);
    return [toAxis(x, xScale), shown ? toAxis(value, scale) : Number.NaN];
  });
}

/** One polygon along the upper and back along the lower edge, in every stretch where both can be drawn. */
function bandSeries(line: PlotLine, plot: Plot): CustomSeriesOption {
  const { low, high } = line.band as NonNullable<PlotLine['band']>;
  const upper = pairs(line, high, plot);
  const lower = pairs(line, low, plot);
  const edge = upper
    .map((point, i): [Pair, Pair] => [point, lower[i] as Pair])
    .filter(([a, b]) => !Number.isNaN(a[1] + b[1]));
  return {
    type: 'custom',
    id: `${line.id}:band`,
    silent: true,
    clip: true,
    z: 1,
    data: [0],
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...edge.map(([top]) => api.coord(top)),
          ...edge.map(([, bottom]) => api.coord(bottom)).reverse(),
        ],
      },
      style: { fill: line.style.colour, opacity: 0.16 * line.style.opacity },
    }),
  };
}

const mostFlags = 200;

/** A cross at the upper edge for every value that has no place: NaN, infinite, or not positive on a log axis. */
function flagSeries(line: PlotLine, { x, y, scale, xScale }: Plot): ScatterSeriesOption {
  const edge = toAxis(y.to, scale);
  return {
    type: 'scatter',
    id: `${line.id}:flags`,
    silent: true,
    clip: false,
    symbol: 'path://M0,0 L2,0 L5,3 L8,0 L10,0 L6,5 L10,10 L8,10 L5,7 L2,10 L0,10 L4,5 Z',
    symbolSize: 8,
    itemStyle: { color: line.style.colour },
    data: line.undrawable
      .slice(0, mostFlags)
      .map((i): Pair => [toAxis(Math.max(x.from, line.x[i] as number), xScale), edge]),
  };
}
