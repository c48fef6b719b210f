import { decimate } from './decimate.ts';
import type { BandPoints, CurvePoints, XKind } from './points.ts';
import {
  type Domain,
  drawable,
  linearTicks,
  logTicks,
  niceStep,
  paddedDomain,
  type ScaleKind,
  type Tick,
  timeTicks,
  wallTicks,
} from './scale.ts';
import { lowerBound } from './search.ts';
import { smooth } from './smoothing.ts';

/** How a line looks. One run has one colour everywhere; the split shows as dash, weight and marks. */
export interface LineStyle {
  readonly colour: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  readonly width: number;
  readonly opacity: number;
  /** A mark at every point, where there are few of them. */
  readonly marks: boolean;
}

/** One line of a chart before any choice of axis is applied. */
export interface PlotSource {
  readonly id: string;
  /** Named in full in tooltip, table and export, e.g. `relu/seed 2 · validation`. */
  readonly label: string;
  readonly style: LineStyle;
  readonly points: CurvePoints | BandPoints;
}

export interface PlotSettings {
  readonly xKind: XKind;
  readonly scale: ScaleKind;
  readonly xScale: ScaleKind;
  readonly smoothing: number;
  /** The range to show; null shows everything. */
  readonly zoom: Domain | null;
  /** Buckets to draw: about the width in pixels. */
  readonly buckets: number;
  /** How far the other charts of the page reach: all of them end alike. */
  readonly reach?: number | undefined;
  /** Values that the axis does not leave (accuracies end at 1), or that it always shows (speeds start at 0). */
  readonly ceiling?: number | undefined;
  readonly base?: number | undefined;
}

/** All points of a line on the chosen axis: what tooltip, table and CSV read. */
export interface PlotLine {
  readonly id: string;
  readonly label: string;
  readonly style: LineStyle;
  readonly x: Float64Array;
  readonly raw: Float64Array;
  /** The same array as `raw` where nothing is smoothed. */
  readonly shown: Float64Array;
  readonly band?:
    | { readonly low: Float64Array; readonly high: Float64Array; readonly count: readonly number[] }
    | undefined;
  /** Indices of the points to draw. */
  readonly drawn: Uint32Array;
  /** Indices of points in view that have no place on the vertical axis. */
  readonly undrawable: readonly number[];
}

export interface Plot {
  readonly lines: readonly PlotLine[];
  readonly x: Domain;
  readonly y: Domain;
  readonly scale: ScaleKind;
  readonly xScale: ScaleKind;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly undrawable: number;
  /** Largest x of any line, for "follow latest". */
  readonly latest: number;
}

/** Applies axis, smoothing and zoom to the lines of a chart. Pure: the same input gives the same picture. */
export function preparePlot(sources: readonly PlotSource[], settings: PlotSettings): Plot {
  const columns = sources.map((source) => ({ source, ...readPoints(source, settings) }));
  const full = xDomain(
    columns.map(({ x }) => x),
    settings,
  );
  const x = settings.zoom ?? full.domain;
  const lines = columns.map(({ source, ...column }): PlotLine => {
    const [start, end] = visibleRange(column.x, x);
    return {
      id: source.id,
      label: source.label,
      style: source.style,
      ...column,
      drawn: decimate(axisPlaces(column.x, settings.xScale), column.shown, start, end, settings.buckets),
      undrawable: findUndrawable(column.x, column.raw, x, settings),
    };
  });
  const y = yDomain(lines, x, settings);
  return {
    lines,
    x,
    y,
    scale: settings.scale,
    xScale: settings.xScale,
    xTicks: xTicks(x, settings),
    yTicks:
      settings.scale === 'log'
        ? logTicks(y.from, y.to)
        : linearTicks(y.from, y.to).map((value) => ({ value, labelled: true })),
    undrawable: lines.reduce((sum, line) => sum + line.undrawable.length, 0),
    latest: full.latest,
  };
}

function readPoints(
  { points }: PlotSource,
  { xKind, smoothing }: PlotSettings,
): Pick<PlotLine, 'x' | 'raw' | 'shown' | 'band'> {
  if ('mean' in points) {
    const { mean, low, high, count } = points;
    return {
      x: points[xKind],
      raw: mean,
      shown: smooth(mean, smoothing),
      band: { low: smooth(low, smoothing), high: smooth(high, smoothing), count },
    };
  }
  const raw = points.value;
  return { x: points[xKind], raw, shown: smooth(raw, smoothing) };
}

/**
 * From 0, where every run starts, to the last x, rounded up so that the axis does not creep with every new point. All cards
 * that reach as far have the same axis.
 */
function xDomain(
  all: readonly Float64Array[],
  { xKind: kind, xScale, reach = 0 }: PlotSettings,
): { domain: Domain; latest: number } {
  let from = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const x of all) {
    const first = xScale === 'log' ? x.find((value) => value > 0) : x[0];
    // Nothing of it has a place: no time of day is known, or nothing is positive on a logarithmic axis.
    if (first === undefined || Number.isNaN(first)) continue;
    from = Math.min(from, first);
    latest = Math.max(latest, x[x.length - 1] as number);
  }
  if (!(latest >= from)) return { domain: { from: 0, to: 1 }, latest: 0 };
  if (xScale === 'log') {
    const to = Math.max(latest, reach);
    return { domain: to > from ? { from, to } : paddedDomain(from, to, 'log'), latest };
  }
  if (kind === 'wall') {
    const air = Math.max(500, 0.02 * (latest - from));
    return { domain: { from: from - air, to: Math.max(latest, reach) + air }, latest };
  }
  if (from >= 0) from = 0;
  if (latest === from) return { domain: { from, to: from + 1 }, latest };
  const end = Math.max(latest, reach);
  const step = niceStep(end - from, kind === 'time' ? 12 : 20);
  return { domain: { from, to: from + Math.ceil((end - from) / step - 1e-9) * step }, latest };
}

function xTicks(x: Domain, { xKind, xScale }: PlotSettings): Tick[] {
  if (xScale === 'log') return logTicks(x.from, x.to);
  const values =
    xKind === 'wall' ? wallTicks(x.from, x.to) : xKind === 'time' ? timeTicks(x.from, x.to) : wholeTicks(x);
  return values.map((value) => ({ value, labelled: true }));
}

/** Where the points lie on the axis, evenly spaced: what has no place lies before all others. */
function axisPlaces(x: Float64Array, scale: ScaleKind): Float64Array {
  return scale === 'log' ? x.map((value) => (value > 0 ? Math.log10(value) : -400)) : x;
}

/** Steps and epochs are counted, so a wide axis has no tick between two of them. */
function wholeTicks({ from, to }: Domain): number[] {
  const ticks = linearTicks(from, to, 6);
  return to - from < 2 ? ticks : ticks.filter(Number.isInteger);
}

/** The points inside the range and one more on either side, so that lines run to the edge. */
function visibleRange(x: Float64Array, { from, to }: Domain): [number, number] {
  const start = Math.max(0, lowerBound(x, from) - 1);
  let end = lowerBound(x, to);
  while (end < x.length && (x[end] as number) <= to) end++;
  return [start, Math.min(x.length, end + 1)];
}

function findUndrawable(
  x: Float64Array,
  y: Float64Array,
  { from, to }: Domain,
  { scale, xScale }: PlotSettings,
): number[] {
  const found: number[] = [];
  // Not positive on a logarithmic axis: before everything that is shown.
  if (xScale === 'log') for (let i = 0; i < x.length && (x[i] as number) <= 0; i++) found.push(i);
  for (let i = lowerBound(x, from); i < x.length && (x[i] as number) <= to; i++) {
    if (!drawable(y[i] as number, scale)) found.push(i);
  }
  return found;
}

function yDomain(lines: readonly PlotLine[], x: Domain, { scale, ceiling, base }: PlotSettings): Domain {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const include = (value: number): void => {
    if (!drawable(value, scale)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  if (base !== undefined) include(base);
  for (const line of lines) {
    const edges = line.band ? [line.raw, line.shown, line.band.low, line.band.high] : [line.raw, line.shown];
    for (const values of edges) {
      for (let i = lowerBound(line.x, x.from); i < line.x.length && (line.x[i] as number) <= x.to; i++) {
        include(values[i] as number);
      }
      include(valueAt(line.x, values, x.from));
      include(valueAt(line.x, values, x.to));
    }
  }
  const domain = paddedDomain(low, high, scale);
  // Nothing that is never negative gets an axis that goes below zero, and no accuracy one beyond 1.
  const from = scale === 'linear' && low >= 0 && domain.from < 0 ? 0 : domain.from;
  const to = ceiling !== undefined && high <= ceiling ? Math.min(ceiling, domain.to) : domain.to;
  return to > from ? { from, to } : domain;
}

/** Height of a drawn line between two of its points, so that a zoomed view holds the lines that cross it; NaN outside of it. */
function valueAt(x: Float64Array, y: Float64Array, at: number): number {
  const after = lowerBound(x, at);
  if (after === 0 || after === x.length) return Number.NaN;
  const [left, right] = [x[after - 1] as number, x[after] as number];
  const [from, to] = [y[after - 1] as number, y[after] as number];
  return from + ((to - from) * (at - left)) / (right - left);
}
