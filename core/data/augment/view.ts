/**
 * What one sample goes through in one epoch: a place in the stored image for every pixel that the model sees, a change
 * of colour, and squares left blank. Drawn by the steps of `dataset.augment`, each from numbers of its own.
 */

/** Rows: source x, source y; columns: what u, v and 1 count. u and v are measured from the image's centre. */
export type Affine = [a: number, b: number, x: number, c: number, d: number, y: number];

/** How samples lie in what the model sees: a stored image of [channels, height, width], its corner at (top, left). */
export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly newHeight: number;
  readonly newWidth: number;
  readonly top: number;
  readonly left: number;
}

/** Displacements, in pixels, on a grid that a cubic B-spline is laid through. */
export interface Field {
  /** Pixels between two points of the grid. */
  readonly spacing: number;
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns] */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** stored' = matrix stored + offset, channel by channel. */
export interface Colour {
  /** [channels][channels] */
  readonly matrix: Float64Array;
  readonly offset: Float64Array;
}

/** Rows and columns of what the model sees, [first, last). */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface View {
  /** From a pixel of the model's input to the place in the stored image that it shows. */
  affine: Affine;
  field: Field | null;
  colour: Colour | null;
  readonly holes: Rectangle[];
}

export function plainView(): View {
  return { affine: [1, 0, 0, 0, 1, 0], field: null, colour: null, holes: [] };
}

/** Applies another map before those there are: what the image goes through next. */
export function mapBy(view: View, inverse: Affine): void {
  const [a, b, x, c, d, y] = view.affine;
  const [p, q, r, s, t, u] = inverse;
  view.affine = [
    a * p + b * s,
    a * q + b * t,
    a * r + b * u + x,
    c * p + d * s,
    c * q + d * t,
    c * r + d * u + y,
  ];
}

/** Changes the colours that there are by another matrix and offset. */
export function recolour(
  view: View,
  channels: number,
  matrix: readonly number[],
  offset: readonly number[],
): void {
  const before = view.colour ?? { matrix: identity(channels), offset: new Float64Array(channels) };
  const after = { matrix: new Float64Array(channels * channels), offset: new Float64Array(channels) };
  for (let row = 0; row < channels; row++) {
    for (let column = 0; column < channels; column++) {
      let sum = 0;
      for (let k = 0; k < channels; k++)
        sum += matrix[row * channels + k]! * before.matrix[k * channels + column]!;
      after.matrix[row * channels + column] = sum;
    }
    let sum = offset[row]!;
    for (let k = 0; k < channels; k++) sum += matrix[row * channels + k]! * before.offset[k]!;
    after.offset[row] = sum;
  }
  view.colour = after;
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
