import { type Extents, tilesOver } from './gemm.ts';
import { invocations, type Tile } from './tiles.ts';

/** Workgroups that keep a device of some size busy. */
const busy = 128;

/** Which of the tiles that a device takes a product is to be computed with. */
export type ChooseTile = (extents: Extents) => Tile;

/**
 * Tiles in the order of what they promise: little arithmetic spent beyond the edges of the matrix, much reuse of what is
 * loaded, enough workgroups to go round, few slabs to wait for.
 */
export function byPromise(extents: Extents, tiles: readonly Tile[]): Tile[] {
  return tiles.toSorted((a, b) => cost(extents, a) - cost(extents, b));
}

/** Multiply-adds with those beyond the edges, times what loading adds to each, in no particular unit. */
function cost(extents: Extents, tile: Tile): number {
  const { depth, groups, parts } = extents;
  const [down, across] = tilesOver(extents, tile);
  const arithmetic = down * tile.rows * across * tile.columns * depth * groups;
  // Numbers loaded from workgroup memory and from the device for each multiply-add.
  const loads = 1 / tile.ownRows + 1 / tile.ownColumns + 8 / tile.rows + 8 / tile.columns;
  const workgroups = down * across * groups * parts;
  const idle = Math.max(1, busy / workgroups / (invocations(tile) / 64));
  // Half of what a slab of 16 takes is waiting for it, where there is little else to do meanwhile.
  const waiting = idle > 1 ? 0.5 + 8 / tile.depth : 1;
  return arithmetic * (1 + 2 * loads) * idle * waiting;
}

/** Side of a patch of the matrix that is worth a workgroup, and products along the depth that are worth one. */
const patch = 64;
const shortest = 256;

/**
 * Parts of the shared extent for a product whose matrix is too small to keep a device busy. By its shape alone, never by
 * a measurement: it decides the order of sums.
 */
export function chooseParts(rows: number, columns: number, depth: number, groups: number): number {
  const patches = Math.ceil(rows / patch) * Math.ceil(columns / patch) * groups;
  return Math.max(1, Math.min(Math.floor((4 * busy) / patches), Math.floor(depth / shortest)));
}
