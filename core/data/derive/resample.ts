/** Height and width in pixels. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

/** A part of an image, in pixels of it; may begin and end between two. */
export interface Window extends Extent {
  readonly top: number;
  readonly left: number;
}

export type ResampleMethod = 'area' | 'bilinear';

/** Numbers that a plane of an image is read from or written to. */
export type PixelArray = Uint8Array | Float32Array;

/** For each place of the output, in turn, the places of the input that it is made of, and their weights (sum 1). */
interface Taps {
  readonly first: Int32Array;
  /** Places per output, the same for all; what is beyond the window weighs 0. */
  readonly width: number;
  /** [outputs][width] */
  readonly weights: Float64Array;
}

/**
 * Brings planes of one size to another, rows and columns one after the other.
 *
 * `area`: every output pixel is the mean of what it covers, so that the mean of the image stays.
 * `bilinear`: the four pixels around the output's centre, by their distance (half-pixel centres, as PyTorch's
 * `interpolate` without `align_corners`); nothing is smoothed before shrinking.
 */
export class Resampler {
  readonly #from: Extent;
  readonly #to: Extent;
  readonly #rows: Taps;
  readonly #columns: Taps;
  readonly #between: Float64Array;
  readonly #line: Float64Array;

  /** @param window the part that is taken; by default all of it */
  constructor(
    from: Extent,
    to: Extent,
    method: ResampleMethod,
    window: Window = keptWindow(from, to, 'all'),
  ) {
    const taps = method === 'area' ? areaTaps : bilinearTaps;
    this.#from = from;
    this.#to = to;
    this.#rows = taps(window.top, window.height, from.height, to.height);
    this.#columns = taps(window.left, window.width, from.width, to.width);
    this.#between = new Float64Array(from.height * to.width);
    this.#line = new Float64Array(to.width);
  }

  /**
   * One plane. Bytes are rounded to the nearest.
   * @param source its first pixel at `offset`, then every `stride` elements, row by row
   * @param target receives [height][width] from `at` on
   */
  plane(source: PixelArray, offset: number, stride: number, target: PixelArray, at: number): void {
    this.#alongRows(source, offset, stride);
    this.#alongColumns(target, at, target instanceof Uint8Array ? 0.5 : 0);
  }

  #alongRows(source: PixelArray, offset: number, stride: number): void {
    const { first, width, weights } = this.#columns;
    const between = this.#between;
    const outputs = this.#to.width;
    const line = this.#from.width * stride;
    for (let row = 0, out = 0; row < this.#from.height; row++) {
      const start = offset + row * line;
      for (let column = 0, weight = 0; column < outputs; column++, out++) {
        let from = start + (first[column] as number) * stride;
        let sum = (weights[weight++] as number) * (source[from] as number);
        for (let tap = 1; tap < width; tap++) {
          from += stride;
          sum += (weights[weight++] as number) * (source[from] as number);
        }
        between[out] = sum;
      }
    }
  }

  /** A line at a time: its pixels are neighbours in memory. */
  #alongColumns(target: PixelArray, at: number, rounding: number): void {
    const { first, width, weights } = this.#rows;
    const between = this.#between;
    const sums = this.#line;
    const line = sums.length;
    if (width === 1) {
      this.#copyLines(target, at, rounding);
      return;
    }
    for (let row = 0, out = at; row < this.#to.height; row++, out += line) {
      sums.fill(rounding);
      for (let tap = 0; tap < width; tap++) {
        const weight = weights[row * width + tap] as number;
        const from = ((first[row] as number) + tap) * line;
        for (let column = 0; column < line; column++) {
          sums[column] = (sums[column] as number) + weight * (between[from + column] as number);
        }
      }
      for (let column = 0; column < line; column++) target[out + column] = sums[column] as number;
    }
  }

  /** Where the height stays, and with it every line. */
  #copyLines(target: PixelArray, at: number, rounding: number): void {
    const { first } = this.#rows;
    const line = this.#to.width;
    for (let row = 0, out = at; row < this.#to.height; row++, out += line) {
      const from = (first[row] as number) * line;
      for (let column = 0; column < line; column++) {
        target[out + column] = (this.#between[from + column] as number) + rounding;
      }
    }
  }
}

/** Output i covers [start + i r, start + (i + 1) r) of the input, with r input places per output place. */
function areaTaps(start: number, length: number, inputs: number, outputs: number): Taps {
  const ratio = length / outputs;
  const edges = Array.from({ length: outputs + 1 }, (_, i) => snap(start + i * ratio));
  const spans = edges.slice(1).map((to, i) => Math.ceil(to) - Math.floor(edges[i] as number));
  const width = Math.max(...spans);
  const first = new Int32Array(outputs);
  const weights = new Float64Array(outputs * width);
  for (let i = 0; i < outputs; i++) {
    const [from, to] = edges.slice(i, i + 2) as [number, number];
    // The last places are taken from the left, so that all taps lie within the input.
    const begin = Math.min(Math.floor(from), inputs - width);
    first[i] = begin;
    for (let tap = 0; tap < width; tap++) {
      const covered = Math.min(to, begin + tap + 1) - Math.max(from, begin + tap);
      weights[i * width + tap] = Math.max(0, covered) / (to - from);
    }
  }
  return { first, width, weights };
}

/** Edges that only rounding keeps from a whole number lie on it, and cover no sliver of the place beside it. */
function snap(edge: number): number {
  const whole = Math.round(edge);
  return Math.abs(edge - whole) < 1e-9 ? whole : edge;
}

function bilinearTaps(start: number, length: number, inputs: number, outputs: number): Taps {
  const ratio = length / outputs;
  const width = ratio === 1 && Number.isInteger(start) ? 1 : Math.min(inputs, 2);
  const first = new Int32Array(outputs);
  const weights = new Float64Array(outputs * width);
  for (let i = 0; i < outputs; i++) {
    const place = Math.min(Math.max(start + (i + 0.5) * ratio - 0.5, 0), inputs - 1);
    const begin = Math.min(Math.floor(place), inputs - width);
    first[i] = begin;
    const beyond = place - begin;
    weights[i * width] = 1 - beyond;
    if (width === 2) weights[i * width + 1] = beyond;
  }
  return { first, width, weights };
}

/** What of an image is brought to the new size: all of it, its proportions changed, or its middle. */
export function keptWindow(from: Extent, to: Extent, keep: 'all' | 'centre'): Window {
  return keep === 'centre' ? centralWindow(from, to) : { top: 0, left: 0, ...from };
}

/** The largest part in the middle of an image that has the proportions of `to`. */
export function centralWindow(from: Extent, to: Extent): Window {
  const scale = Math.min(from.height / to.height, from.width / to.width);
  const height = to.height * scale;
  const width = to.width * scale;
  return { top: (from.height - height) / 2, left: (from.width - width) / 2, height, width };
}
