import type { Sheet, Tile } from '../../charts/pictures.ts';
import { planeOf, type Tensor } from '../../charts/tensor.ts';

/** Most pictures drawn of one layer; the rest is named, not drawn. */
export const mostFilters = 64;
export const mostMaps = 64;

export interface KernelSheet {
  readonly sheet: Sheet;
  /** True: a filter each, in rows. False: filters across, input maps down, as in the lecture's connection table. */
  readonly single: boolean;
  readonly filters: number;
}

/** An absent connection is stored as exact zeros and never updated; a present one has no such kernel but by an accident of 25 zeros. */
function present(plane: ArrayLike<number>): boolean {
  for (let i = 0; i < plane.length; i++) if (plane[i] !== 0) return true;
  return false;
}

/** Kernels of a convolution, [out, in, kh, kw], as pictures. */
export function kernelSheet(weights: Tensor, columns: number): KernelSheet {
  const [filters = 0, maps = 0, height = 1, width = 1] = weights.shape;
  const shown = Math.min(filters, mostFilters);
  const tile = (filter: number, map: number): Tile => {
    const plane = planeOf(weights, filter * maps + map);
    return present(plane) ? plane : null;
  };
  const list = (count: number) => Array.from({ length: count }, (_, i) => i);
  if (maps === 1) {
    const rows = list(Math.ceil(shown / columns)).map((row) =>
      list(Math.min(columns, shown - row * columns)).map((column) => tile(row * columns + column, 0)),
    );
    return { sheet: { tiles: rows, width, height }, single: true, filters: shown };
  }
  const rows = list(Math.min(maps, mostMaps)).map((map) => list(shown).map((filter) => tile(filter, map)));
  return { sheet: { tiles: rows, width, height }, single: false, filters: shown };
}

/** Weights of a dense layer, [out, in]: one row per unit. */
export function denseSheet(weights: Tensor): Sheet {
  const [units = 1, inputs = 1] = weights.shape;
  return { tiles: [[weights.data]], width: inputs, height: units };
}
