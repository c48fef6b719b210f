import type { Domain, ScaleKind } from './scale.ts';
import { fromAxis, toAxis } from './scale.ts';

/** Room around the plot, in pixels: the same in every card, so that plots stacked above each other line up. */
export const margin = { top: 10, right: 14, bottom: 26, left: 60 } as const;

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** From data to pixels and back, as the canvas draws it; the overlay needs no question to the chart library. */
export interface Mapping {
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  x(value: number): number;
  y(value: number): number;
  xAt(pixel: number): number;
  yAt(pixel: number): number;
}

/** What a plot says of its axes. */
interface Axes {
  readonly x: Domain;
  readonly y: Domain;
  readonly scale: ScaleKind;
  readonly xScale: ScaleKind;
}

export function createMapping(frame: Frame, { x, y, scale, xScale }: Axes): Mapping {
  const plot = {
    left: margin.left,
    top: margin.top,
    right: Math.max(margin.left + 1, frame.width - margin.right),
    bottom: Math.max(margin.top + 1, frame.height - margin.bottom),
  };
  const [low, high] = [toAxis(y.from, scale), toAxis(y.to, scale)];
  const [first, last] = [toAxis(x.from, xScale), toAxis(x.to, xScale)];
  return {
    plot,
    x: (value) => plot.left + ((toAxis(value, xScale) - first) / (last - first)) * (plot.right - plot.left),
    y: (value) => plot.bottom - ((toAxis(value, scale) - low) / (high - low)) * (plot.bottom - plot.top),
    xAt: (pixel) =>
      fromAxis(first + ((pixel - plot.left) / (plot.right - plot.left)) * (last - first), xScale),
    yAt: (pixel) => fromAxis(low + ((plot.bottom - pixel) / (plot.bottom - plot.top)) * (high - low), scale),
  };
}

/** The data range between two pixels, in order; null for a twitch of under 4 pixels, which is a click. */
export function selectedRange(mapping: Mapping, startPixel: number, endPixel: number): Domain | null {
  if (Math.abs(endPixel - startPixel) < 4) return null;
  const clamp = (pixel: number) => Math.min(mapping.plot.right, Math.max(mapping.plot.left, pixel));
  const [a, b] = [mapping.xAt(clamp(startPixel)), mapping.xAt(clamp(endPixel))];
  return a < b ? { from: a, to: b } : { from: b, to: a };
}

/** A range scaled around a point of its axis; factor below 1 comes closer. */
export function scaledRange({ from, to }: Domain, around: number, factor: number, scale: ScaleKind): Domain {
  const [first, middle, last] = [toAxis(from, scale), toAxis(around, scale), toAxis(to, scale)];
  return {
    from: fromAxis(middle - (middle - first) * factor, scale),
    to: fromAxis(middle + (last - middle) * factor, scale),
  };
}
