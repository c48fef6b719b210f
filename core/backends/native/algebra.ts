import { availableParallelism } from 'node:os';
import { loadAddon, native, type ProductShape, type Workers } from './addon.ts';

/** Linear algebra in double precision, the same to the last bit on every processor, whatever the number of its cores. */
const everyone: Workers = { threads: availableParallelism(), path: '' };

/**
 * C += A' B for row-major matrices A [depth, rows], B [depth, columns], C [rows, columns]; with `upper` only on and above
 * the diagonal of C.
 * @throws `native.unavailable`
 */
export function addProduct(
  shape: ProductShape,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  workers = everyone,
): void {
  native(() => loadAddon().addProduct(shape, a, b, c, workers));
}

/** C = U' diag(values) U, the rows of U [size, size] being the eigenvectors. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix [size, size]: Householder's reduction to a tridiagonal matrix, then
 * implicit QR steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3).
 * @param a its upper triangle is read, and overwritten
 * @param options `onProgress` is told the share that is done, 0 to 1
 * @throws `native.unavailable`
 */
export function decomposeSymmetric(
  a: Float64Array,
  size: number,
  { onProgress, workers = everyone }: { onProgress?: Report; workers?: Workers } = {},
): SymmetricEigen {
  const shares = progressOf(onProgress);
  const { diagonal, beside, taus } = reduce(a, size, workers, shares(0, 0.4));
  const panels = new Float64Array(native(() => loadAddon().panelElements(size)));
  const place = placeIn(size);
  for (let i = 0; i < size; i++) panels[place(i, i)] = 1;
  reflectAll(a, taus, panels, workers, shares(0.4, 0.6));
  diagonalize(diagonal, beside, new Turns(size, panels, workers), shares(0.6, 1));
  const vectors = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++)
      vectors[row * size + column] = panels[place(row, column)] as number;
  }
  return { values: diagonal, vectors };
}

type Report = (share: number) => void;

/** Parts of the whole that are told of as shares of their own. */
function progressOf(onProgress: Report | undefined) {
  return (from: number, to: number): Report =>
    (share) =>
      onProgress?.(from + (to - from) * share);
}

const panelColumns = 32;
function placeIn(size: number) {
  return (row: number, column: number) =>
    (Math.floor(column / panelColumns) * size + row) * panelColumns + (column % panelColumns);
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element k lies between elements k and k + 1 of the diagonal. */
  readonly beside: Float64Array;
  readonly taus: Float64Array;
}

/**
 * T = Q' A Q with Q = H_0 H_1 ..., H_k = I - tau_k v v', v with zeros up to element k. Row k of A keeps v. The update of
 * a step, A -= v w' + w v', is made with the product of the next one, so that A is gone through once for both.
 */
function reduce(a: Float64Array, size: number, workers: Workers, report: Report): Tridiagonal {
  const vector = () => new Float64Array(size);
  const [diagonal, beside, taus, p, w] = [vector(), vector(), vector(), vector(), vector()];
  let [v, next] = [vector(), vector()];
  for (let k = 0; k < size; k++) {
    const row = a.subarray(k * size, (k + 1) * size);
    for (let j = k; j < size; j++) {
      row[j] = at(row, j) - (at(v, k) * at(w, j) + at(w, k) * at(v, j));
    }
    diagonal[k] = at(row, k);
    if (k + 1 === size) break;
    const { tau, length } = reflectorOf(row, k + 1);
    taus[k] = tau;
    beside[k] = length;
    next.fill(0);
    next.set(row.subarray(k + 1), k + 1);
    native(() => loadAddon().updateAndMultiply({ size, from: k + 1, v, w, x: next }, a, p, workers));
    // w = tau p - (tau / 2) (tau p' v) v
    let product = 0;
    for (let i = k + 1; i < size; i++) product += at(p, i) * at(next, i);
    const share = (tau * tau * product) / 2;
    w.fill(0);
    for (let i = k + 1; i < size; i++) w[i] = tau * at(p, i) - share * at(next, i);
    [v, next] = [next, v];
    report(1 - (1 - k / size) ** 3);
  }
  return { diagonal, beside, taus };
}

/** Makes of row[from ...] the v of the reflector that turns it into (length, 0, 0, ...). */
function reflectorOf(row: Float64Array, from: number): { tau: number; length: number } {
  let rest = 0;
  for (let j = from + 1; j < row.length; j++) rest += at(row, j) ** 2;
  const first = at(row, from);
  if (rest === 0) return { tau: 0, length: first };
  // Of the other sign, so that nothing cancels.
  const length = first > 0 ? -Math.sqrt(first * first + rest) : Math.sqrt(first * first + rest);
  row[from] = first - length;
  return { tau: 2 / ((first - length) ** 2 + rest), length };
}

/** Q' into panels that hold the identity: some reflectors at a time. */
function reflectAll(
  a: Float64Array,
  taus: Float64Array,
  panels: Float64Array,
  workers: Workers,
  report: Report,
): void {
  const size = taus.length;
  const each = 64;
  for (let from = 0; from < size - 1; from += each) {
    const to = Math.min(size - 1, from + each);
    native(() => loadAddon().reflect({ size, from, to }, a, taus, panels, workers));
    report(1 - (1 - to / size) ** 2);
  }
}

/** Rotations of neighbouring rows, put off until there are enough to go through the matrix for. */
class Turns {
  readonly #size: number;
  readonly #panels: Float64Array;
  readonly #workers: Workers;
  readonly #rows = new Uint32Array(1 << 16);
  readonly #turns = new Float64Array(2 * this.#rows.length);
  #count = 0;

  constructor(size: number, panels: Float64Array, workers: Workers) {
    this.#size = size;
    this.#panels = panels;
    this.#workers = workers;
  }

  add(row: number, cosine: number, sine: number): void {
    this.#rows[this.#count] = row;
    this.#turns[2 * this.#count] = cosine;
    this.#turns[2 * this.#count + 1] = sine;
    if (++this.#count === this.#rows.length) this.flush();
  }

  flush(): void {
    const [rows, turns] = [this.#rows.subarray(0, this.#count), this.#turns.subarray(0, 2 * this.#count)];
    native(() => loadAddon().rotate(this.#size, rows, turns, this.#panels, this.#workers));
    this.#count = 0;
  }
}

/** QR steps until nothing is left beside the diagonal; `turns` gets every rotation. */
function diagonalize(d: Float64Array, e: Float64Array, turns: Turns, report: Report): void {
  const size = d.length;
  let last = size - 1;
  while (last > 0) {
    if (isNegligible(d, e, last - 1)) {
      e[last - 1] = 0;
      last--;
      report(1 - (last / size) ** 2);
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isNegligible(d, e, first - 1)) first--;
    step(d, e, first, last, turns);
  }
  turns.flush();
}

function isNegligible(d: Float64Array, e: Float64Array, k: number): boolean {
  return Math.abs(at(e, k)) <= Number.EPSILON * (Math.abs(at(d, k)) + Math.abs(at(d, k + 1)));
}

/** One implicit QR step on rows `first` to `last`, by the eigenvalue of the last 2 x 2 block that is nearer to its corner. */
function step(d: Float64Array, e: Float64Array, first: number, last: number, turns: Turns): void {
  const half = (at(d, last - 1) - at(d, last)) / 2;
  const corner = at(e, last - 1);
  const shift = at(d, last) - corner ** 2 / (half + (half < 0 ? -1 : 1) * Math.hypot(half, corner));
  let [x, z] = [at(d, first) - shift, at(e, first)];
  for (let k = first; k < last; k++) {
    const length = Math.hypot(x, z);
    const [cosine, sine] = length === 0 ? [1, 0] : [x / length, z / length];
    if (k > first) e[k - 1] = length;
    const [upper, lower, between] = [at(d, k), at(d, k + 1), at(e, k)];
    const change = sine * (lower - upper) + 2 * cosine * between;
    d[k] = upper + sine * change;
    d[k + 1] = lower - sine * change;
    e[k] = cosine * change - between;
    turns.add(k, cosine, sine);
    if (k + 1 < last) {
      x = at(e, k);
      z = sine * at(e, k + 1);
      e[k + 1] = cosine * at(e, k + 1);
    }
  }
}

const at = (values: Float64Array, place: number) => values[place] as number;
