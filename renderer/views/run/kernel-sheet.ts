import type { RunDetail } from '../../../core/contract/runs.ts';
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

/**
 * Kernels of a convolution, [out, in, kh, kw], as pictures.
 * @param coloured three input maps are red, green and blue
 */
export function kernelSheet(weights: Tensor, columns: number, coloured = false): KernelSheet {
  const [filters = 0, maps = 0, height = 1, width = 1] = weights.shape;
  const shown = Math.min(filters, mostFilters);
  const list = (count: number) => Array.from({ length: count }, (_, i) => i);
  const plane = (filter: number, map: number): Tile => {
    const values = planeOf(weights, filter * maps + map);
    return present(values) ? values : null;
  };
  const size = maps * height * width;
  const whole = (filter: number): Tile => weights.data.subarray(filter * size, (filter + 1) * size);
  if (maps === 1 || (coloured && maps === 3)) {
    const rows = list(Math.ceil(shown / columns)).map((row) =>
      list(Math.min(columns, shown - row * columns)).map((column) => {
        const filter = row * columns + column;
        return maps === 1 ? plane(filter, 0) : whole(filter);
      }),
    );
    return { sheet: { tiles: rows, width, height }, single: true, filters: shown };
  }
  const rows = list(Math.min(maps, mostMaps)).map((map) => list(shown).map((filter) => plane(filter, map)));
  return { sheet: { tiles: rows, width, height }, single: false, filters: shown };
}

/** Weights of a dense layer, [out, in]: one row per unit. */
export function denseSheet(weights: Tensor): Sheet {
  const [units = 1, inputs = 1] = weights.shape;
  return { tiles: [[weights.data]], width: inputs, height: units };
}

/** A film: epochs down, filters across. @param weights [epochs, filters, channels, kh, kw], of one channel or three */
export function filmSheet(weights: Tensor): Sheet {
  const [epochs = 0, filters = 0, channels = 1, height = 1, width = 1] = weights.shape;
  const size = channels * height * width;
  const tile = (at: number): Tile => {
    const values = weights.data.subarray(at * size, (at + 1) * size);
    return present(values) ? values : null;
  };
  const tiles = Array.from({ length: epochs }, (_, epoch) =>
    Array.from({ length: filters }, (_, filter) => tile(epoch * filters + filter)),
  );
  return { tiles, width, height };
}

/** Shape of what a layer looks at, through layers that only pass it on; null where that is no map. */
export function mapsSeenBy(model: RunDetail['model'], layer: string): readonly number[] | null {
  const passing = new Set(['flatten', 'dropout']);
  const byId = new Map(model.layers.map((each) => [each.id, each]));
  let from = byId.get(layer)?.from[0];
  for (;;) {
    const before = from === undefined ? undefined : byId.get(from);
    if (before && passing.has(before.type)) {
      from = before.from[0];
      continue;
    }
    const shape = before ? before.shape : from === 'input' ? model.input : [];
    const [, height = 1, width = 1] = shape;
    return shape.length === 3 && height * width > 1 ? shape : null;
  }
}

/** Weights of a dense layer as pictures of the maps that it looks at: [out, C, H, W], without copying. */
export function asPictures({ shape, data }: Tensor, seen: readonly number[]): Tensor {
  return { shape: [shape[0] ?? 0, ...seen], data };
}

/** Epochs for a film: the first and the last of those kept, and others at even distances. */
export function filmEpochs(kept: readonly number[], most: number): number[] {
  if (kept.length <= most) return [...kept];
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (kept.length - 1)) / (most - 1)));
  return places.map((place) => kept[place] as number);
}
