import type { Gpu } from '../device.ts';
import { type Extents, invocations, smallTiles, type Tile, tileBytes, tiles } from './gemm.ts';

/** Workgroups that keep a device of some size busy. */
const busy = 128;

/** Tiles within the device's limits. Software takes long to compile the large ones, and gains nothing by them. */
export function tilesOf({ limits, info }: Gpu): readonly Tile[] {
  const known = info.isFallbackAdapter ? smallTiles : tiles;
  return known.filter(
    (tile) =>
      tileBytes(tile) <= limits.maxComputeWorkgroupStorageSize &&
      invocations(tile) <= limits.maxComputeInvocationsPerWorkgroup,
  );
}

/**
 * The tile that promises most: least arithmetic spent beyond the edges of the matrix, much reuse of what is loaded,
 * enough workgroups to go round.
 */
export function chooseTile(extents: Extents, tiles: readonly Tile[]): Tile {
  return tiles.reduce((best, tile) => (cost(extents, tile) < cost(extents, best) ? tile : best));
}

/** Multiply-adds with those beyond the edges, times what loading adds to each, in no particular unit. */
function cost({ rows, columns, depth, groups, parts }: Extents, tile: Tile): number {
  const down = Math.ceil(rows / tile.rows);
  const across = Math.ceil(columns / tile.columns);
  const arithmetic = down * tile.rows * across * tile.columns * depth * groups;
  // Numbers loaded from workgroup memory and from the device for each multiply-add.
  const loads = 1 / tile.ownRows + 1 / tile.ownColumns + 8 / tile.rows + 8 / tile.columns;
  const workgroups = down * across * groups * parts;
  const idle = Math.max(1, busy / workgroups / (invocations(tile) / 64));
  return arithmetic * (1 + 2 * loads) * idle;
}

/**
 * Parts of the shared extent for a product whose matrix is too small to keep a device busy. By its shape alone, never by
 * a measurement: it decides the order of sums.
 */
export function chooseParts(rows: number, columns: number, depth: number, groups: number): number {
  const patches = Math.ceil(rows / 32) * Math.ceil(columns / 32) * groups;
  return Math.max(1, Math.min(Math.floor((2 * busy) / patches), Math.floor(depth / 256)));
}
