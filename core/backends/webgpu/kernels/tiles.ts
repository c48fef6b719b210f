/** Tile shapes of the matrix products in `gemm.ts`. */
export interface Tile {
  /** Of C, per workgroup. */
  readonly rows: number;
  readonly columns: number;
  /** Of the shared extent, per slab; a multiple of 4. */
  readonly depth: number;
  /** Of C, per invocation; multiples of 4. */
  readonly ownRows: number;
  readonly ownColumns: number;
}

const tile = (rows: number, columns: number, depth: number, ownRows: number, ownColumns: number): Tile => ({
  rows,
  columns,
  depth,
  ownRows,
  ownColumns,
});

/** For few filters and small devices. */
export const smallTiles: readonly Tile[] = [
  tile(8, 128, 16, 4, 4),
  tile(16, 64, 16, 4, 4),
  tile(32, 32, 16, 4, 4),
  tile(64, 16, 16, 4, 4),
];

/** Deep slabs for small matrices, whose time is that of waiting for slab after slab; and what reaches a large device's peak. */
export const tiles: readonly Tile[] = [
  ...smallTiles,
  tile(16, 32, 32, 4, 4),
  tile(32, 32, 32, 4, 4),
  tile(32, 128, 16, 4, 8),
  tile(64, 64, 16, 8, 4),
  tile(128, 64, 8, 8, 8),
  tile(64, 128, 8, 8, 8),
  tile(128, 128, 8, 8, 8),
];

/** For products that pool windows of 2 x 2: an invocation has the four pixels of each of its windows. */
export const windowTiles: readonly Tile[] = [
  tile(8, 256, 4, 4, 16),
  tile(16, 128, 8, 4, 16),
  tile(32, 128, 16, 4, 16),
  tile(64, 128, 8, 4, 16),
];

export const poolsWindows = ({ ownColumns }: Tile): boolean => ownColumns === 16;

/** No part of a shared extent ends within a slab of any tile. */
export const deepestSlab = 32;

export const invocations = ({ rows, columns, ownRows, ownColumns }: Tile): number =>
  (rows / ownRows) * (columns / ownColumns);

/** Quads from one row of a slab to the next: one more than needed, so that neighbours start in different banks. */
export const slabPitch = (length: number): number => length / 4 + 1;

/** Bytes of workgroup memory that a tile takes at most: two slabs of each operand, one in use, one on its way. */
export function tileBytes({ rows, columns, depth }: Tile): number {
  const alongDepth = (rows + columns) * slabPitch(depth);
  const acrossDepth = depth * (slabPitch(rows) + columns / 4);
  return 2 * 16 * Math.max(alongDepth, acrossDepth);
}

/** How a tile is named in what is remembered: `64x128x8/8x8`. */
export const tileName = ({ rows, columns, depth, ownRows, ownColumns }: Tile): string =>
  `${rows}x${columns}x${depth}/${ownRows}x${ownColumns}`;
