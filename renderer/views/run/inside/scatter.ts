/** What part of the plane is seen: its middle, and screen pixels per unit. */
export interface ScatterView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

const margin = 16;

/** Of all points along one axis, 0 for x and 1 for y, in order. */
function sorted(points: ArrayLike<number>, axis: 0 | 1): Float64Array {
  return Float64Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + axis] as number).sort();
}

type Span = readonly [least: number, greatest: number];

function fitted([left, right]: Span, [low, high]: Span, { width, height }: Extent): ScatterView {
  const across = (width - 2 * margin) / Math.max(right - left, 1e-12);
  const down = (height - 2 * margin) / Math.max(high - low, 1e-12);
  return { x: (left + right) / 2, y: (low + high) / 2, scale: Math.min(across, down) };
}

function viewOf(points: ArrayLike<number>, extent: Extent, span: (along: Float64Array) => Span): ScatterView {
  if (points.length === 0) return { x: 0, y: 0, scale: 1 };
  return fitted(span(sorted(points, 0)), span(sorted(points, 1)), extent);
}

const wholeSpan = (along: Float64Array): Span => [along[0] as number, along.at(-1) as number];

/** Where nearly all lie (98 of 100), and half as much again on either side: a few far away do not decide how small the rest is. */
function mainSpan(along: Float64Array): Span {
  const at = (share: number) => along[Math.round(share * (along.length - 1))] as number;
  const [from, to] = [at(0.01), at(0.99)];
  const around = (to - from) / 2;
  const [least, greatest] = wholeSpan(along);
  return [Math.max(least, from - around), Math.min(greatest, to + around)];
}

/** All points, as large as they fit. @param points [count, 2] */
export function wholeView(points: ArrayLike<number>, extent: Extent): ScatterView {
  return viewOf(points, extent, wholeSpan);
}

/** The points but for the few that lie far from all others. @param points [count, 2] */
export function mainView(points: ArrayLike<number>, extent: Extent): ScatterView {
  return viewOf(points, extent, mainSpan);
}

/** How many of the points that are drawn lie beyond the picture's edge. */
export function countOutside(
  points: ArrayLike<number>,
  view: ScatterView,
  extent: Extent,
  drawn: (index: number) => boolean,
): number {
  let outside = 0;
  for (let i = 0; i < points.length / 2; i++) {
    const [x, y] = toScreen(view, extent, points[2 * i] as number, points[2 * i + 1] as number);
    if ((x < 0 || x > extent.width || y < 0 || y > extent.height) && drawn(i)) outside += 1;
  }
  return outside;
}

/** Upwards is up. */
export function toScreen(
  view: ScatterView,
  { width, height }: Extent,
  x: number,
  y: number,
): [number, number] {
  return [width / 2 + (x - view.x) * view.scale, height / 2 - (y - view.y) * view.scale];
}

export function fromScreen(
  view: ScatterView,
  { width, height }: Extent,
  x: number,
  y: number,
): [number, number] {
  return [view.x + (x - width / 2) / view.scale, view.y - (y - height / 2) / view.scale];
}

/** By a factor, with the place under the pointer staying where it is. */
export function zoomed(
  view: ScatterView,
  extent: Extent,
  at: readonly [number, number],
  factor: number,
): ScatterView {
  const [x, y] = fromScreen(view, extent, ...at);
  return {
    x: x + (view.x - x) / factor,
    y: y + (view.y - y) / factor,
    scale: view.scale * factor,
  };
}

/** The point nearest to a place of the screen, of those that are drawn; -1 where none is within `reach` pixels. */
export function nearestPoint(
  points: ArrayLike<number>,
  view: ScatterView,
  extent: Extent,
  at: readonly [number, number],
  drawn: (index: number) => boolean,
  reach = 8,
): number {
  const [x, y] = fromScreen(view, extent, ...at);
  let nearest = -1;
  let least = (reach / view.scale) ** 2;
  for (let i = 0; i < points.length / 2; i++) {
    const distance = ((points[2 * i] as number) - x) ** 2 + ((points[2 * i + 1] as number) - y) ** 2;
    if (distance <= least && drawn(i)) {
      least = distance;
      nearest = i;
    }
  }
  return nearest;
}

/** Ways to draw a class that can be told apart without colour: shape by shape through the colours. */
export const markers = ['circle', 'square', 'triangle', 'diamond'] as const;
export type Marker = (typeof markers)[number];

export function markerOf(label: number, colours: number): Marker {
  return markers[Math.floor(label / colours) % markers.length] as Marker;
}

/** Draws one marker around a place. */
export function drawMarker(
  context: Pick<CanvasRenderingContext2D, 'beginPath' | 'arc' | 'rect' | 'moveTo' | 'lineTo' | 'closePath'>,
  marker: Marker,
  x: number,
  y: number,
  r: number,
): void {
  if (marker === 'circle') {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  } else if (marker === 'square') context.rect(x - r, y - r, 2 * r, 2 * r);
  else {
    const corners =
      marker === 'triangle'
        ? [
            [x, y - 1.3 * r],
            [x + 1.2 * r, y + r],
            [x - 1.2 * r, y + r],
          ]
        : [
            [x, y - 1.4 * r],
            [x + 1.4 * r, y],
            [x, y + 1.4 * r],
            [x - 1.4 * r, y],
          ];
    for (const [i, [cx = 0, cy = 0]] of corners.entries()) {
      if (i === 0) context.moveTo(cx, cy);
      else context.lineTo(cx, cy);
    }
    context.closePath();
  }
}
