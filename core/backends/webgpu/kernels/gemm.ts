import type { Shader, Workgroups } from '../shader.ts';
import { grid } from '../shader.ts';

/**
 * Tiled matrix products C = A B, the heart of dense layers and of convolution as an implicit product: the operands'
 * elements are worked out as they are loaded, and no unrolled copy of the maps is ever stored.
 *
 * A workgroup computes a tile of C. It walks along the shared extent, loads a slab of A and of B into workgroup memory,
 * and every invocation multiplies its own few rows and columns out of there, in registers. Each element of C is summed
 * by one invocation in the order of the shared extent, so that no choice of tile changes a bit of the result.
 */
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

/** And those that reach a large device's peak. */
export const tiles: readonly Tile[] = [
  ...smallTiles,
  tile(32, 128, 16, 4, 8),
  tile(64, 64, 16, 8, 4),
  tile(128, 64, 8, 8, 8),
  tile(64, 128, 8, 8, 8),
  tile(128, 128, 8, 8, 8),
];

export interface Extents {
  readonly rows: number;
  readonly columns: number;
  /** Shared by A and B. */
  readonly depth: number;
  /** Products of one shape side by side: the groups of a convolution. */
  readonly groups: number;
  /** Parts of the shared extent whose products are kept apart, to be added up later. */
  readonly parts: number;
}

/**
 * How the elements come and go, as bodies of WGSL functions. Where `alongDepth`, A and B lie in memory along the shared
 * extent, and a load takes four numbers of it; else four rows of A, and four columns of B.
 */
export interface Elements {
  readonly alongDepth: boolean;
  /** Where neighbours of A's rows lie side by side in memory: lanes then load along them, else along the depth. */
  readonly leftAlongRows?: boolean;
  /** `fn left(group: u32, row: u32, k: u32) -> vec4f`; zeros beyond the matrix. */
  readonly left: string;
  /** `fn right(group: u32, column: u32, k: u32) -> vec4f`; zeros beyond the matrix. */
  readonly right: string;
  /**
   * Takes an element of C, or four columns of it: `fn store(group: u32, part: u32, row: u32, column: u32, value: f32)`,
   * or `value: vec4f` where not `alongDepth`. Called for rows and columns inside the matrix.
   */
  readonly store: string;
  /** Further functions that these call. */
  readonly helpers?: string;
}

/** A multiple of every tile's depth. */
const deepestSlab = 16;

/** Bytes of workgroup memory that a tile takes. */
export const tileBytes = ({ rows, columns, depth }: Tile): number => 4 * (depth + 1) * (rows + columns);

export const invocations = ({ rows, columns, ownRows, ownColumns }: Tile): number =>
  (rows / ownRows) * (columns / ownColumns);

export function gemm(extents: Extents, of: Tile, elements: Elements): Omit<Shader, 'bindings'> {
  const body = elements.alongDepth
    ? dots(extents, of)
    : outerProducts(extents, of, elements.leftAlongRows ?? false);
  const value = elements.alongDepth ? 'f32' : 'vec4f';
  return {
    code: `
${elements.helpers ?? ''}
fn left(group: u32, row: u32, k: u32) -> vec4f { ${elements.left} }
fn right(group: u32, column: u32, k: u32) -> vec4f { ${elements.right} }
fn store(group: u32, part: u32, row: u32, column: u32, value: ${value}) { ${elements.store} }
${body}`,
    workgroups: workgroups(extents, of),
  };
}

/** Body of `left`: four rows of A from `row` on, 0 below the last. @param at WGSL for the element of a row */
export function fourRows(rows: number, at: (row: string) => string): string {
  const line = (i: number) => `if (row + ${i}u < ${rows}u) { four[${i}] = ${at(`(row + ${i}u)`)}; }`;
  return `var four = vec4f(0.0);
      ${each(4, line)}
      return four;`;
}

function workgroups({ rows, columns, groups, parts }: Extents, of: Tile): Workgroups {
  return grid(Math.ceil(rows / of.rows) * Math.ceil(columns / of.columns), groups * parts);
}

/** Depth of each part: whole slabs of any tile, so that parts are the same for all of them. */
function partDepth({ depth, parts }: Extents): number {
  return Math.ceil(depth / parts / deepestSlab) * deepestSlab;
}

/** Where a workgroup and an invocation stand. Tiles of one column of C follow each other: they share their slabs of B. */
function whereabouts(extents: Extents, of: Tile): string {
  const tilesDown = Math.ceil(extents.rows / of.rows);
  const tilesAcross = Math.ceil(extents.columns / of.columns);
  const across = of.columns / of.ownColumns;
  return `
  let tileIndex = groupIndex(workgroup);
  if (tileIndex >= ${tilesDown * tilesAcross}u) { return; }
  let firstRow = tileIndex % ${tilesDown}u * ${of.rows}u;
  let firstColumn = tileIndex / ${tilesDown}u * ${of.columns}u;
  let group = workgroup.z / ${extents.parts}u;
  let part = workgroup.z % ${extents.parts}u;
  let begin = part * ${partDepth(extents)}u;
  let end = min(begin + ${partDepth(extents)}u, ${extents.depth}u);
  let across = lane % ${across}u;
  let down = lane / ${across}u;`;
}

/** Fills a slab by all invocations in turn. @param load WGSL for quad `slot` */
function fill(quads: number, threads: number, load: string): string {
  const whole = quads % threads === 0;
  return `
    for (var slot = lane; slot < ${quads}u; slot += ${threads}u) {${whole ? '' : ' // the last turn is partial'}
      ${load}
    }`;
}

const each = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Each step along the shared extent adds the outer product of a column of A and a row of B. */
function outerProducts(extents: Extents, of: Tile, leftAlongRows: boolean): string {
  const threads = invocations(of);
  const [down, across] = [of.rows / 4, of.columns / 4];
  // One quad more than needed keeps lanes that write down a column of the slab out of each other's banks.
  const pitch = down + 1;
  const ownDown = of.ownRows / 4;
  const ownAcross = of.ownColumns / 4;
  const stride = across / ownAcross;
  const sum = (row: number, quad: number) => `sum${row}_${quad}`;
  const every = (line: (row: number, quad: number) => string) =>
    each(of.ownRows, (row) => each(ownAcross, (quad) => line(row, quad)));
  const component = (row: number) => `a${Math.floor(row / 4)}.${'xyzw'[row % 4]}`;
  return `
var<workgroup> slabA: array<vec4f, ${of.depth * pitch}>;
var<workgroup> slabB: array<vec4f, ${of.depth * across}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${whereabouts(extents, of)}
  ${every((row, quad) => `var ${sum(row, quad)} = vec4f(0.0);`)}
  for (var first = begin; first < end; first += ${of.depth}u) {
    ${fill(
      of.depth * down,
      threads,
      `let k = slot ${leftAlongRows ? '/' : '%'} ${leftAlongRows ? down : of.depth}u;
      let quad = slot ${leftAlongRows ? '%' : '/'} ${leftAlongRows ? down : of.depth}u;
      var loaded = vec4f(0.0);
      if (first + k < end) { loaded = left(group, firstRow + quad * 4u, first + k); }
      slabA[k * ${pitch}u + quad] = loaded;`,
    )}
    ${fill(
      of.depth * across,
      threads,
      `let k = slot / ${across}u;
      let quad = slot % ${across}u;
      var loaded = vec4f(0.0);
      if (first + k < end) { loaded = right(group, firstColumn + quad * 4u, first + k); }
      slabB[slot] = loaded;`,
    )}
    workgroupBarrier();
    for (var k = 0u; k < ${of.depth}u; k++) {
      ${each(ownDown, (i) => `let a${i} = slabA[k * ${pitch}u + down * ${ownDown}u + ${i}u];`)}
      ${each(ownAcross, (i) => `let b${i} = slabB[k * ${across}u + across + ${i * stride}u];`)}
      ${every((row, quad) => `${sum(row, quad)} += ${component(row)} * b${quad};`)}
    }
    workgroupBarrier();
  }
  ${every(
    (row, quad) => `{
    let row = firstRow + down * ${of.ownRows}u + ${row}u;
    let column = firstColumn + (across + ${quad * stride}u) * 4u;
    if (row < ${extents.rows}u && column < ${extents.columns}u) { store(group, part, row, column, ${sum(row, quad)}); }
  }`,
  )}
  report();
}`;
}

/** Each step takes four numbers of the shared extent at once; rows and columns of an invocation lie apart. */
function dots(extents: Extents, of: Tile): string {
  const threads = invocations(of);
  const deep = of.depth / 4;
  // An odd pitch, so that neighbouring rows start in different banks.
  const pitch = deep + 1;
  const strideDown = of.rows / of.ownRows;
  const strideAcross = of.columns / of.ownColumns;
  const sum = (row: number, column: number) => `sum${row}_${column}`;
  const every = (line: (row: number, column: number) => string) =>
    each(of.ownRows, (row) => each(of.ownColumns, (column) => line(row, column)));
  const load = (name: string, slab: string, start: string) => `let k = slot % ${deep}u;
      let line = slot / ${deep}u;
      var loaded = vec4f(0.0);
      if (first + k * 4u < end) { loaded = ${name}(group, ${start} + line, first + k * 4u); }
      ${slab}[line * ${pitch}u + k] = loaded;`;
  return `
var<workgroup> slabA: array<vec4f, ${of.rows * pitch}>;
var<workgroup> slabB: array<vec4f, ${of.columns * pitch}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${whereabouts(extents, of)}
  ${every((row, column) => `var ${sum(row, column)} = 0.0;`)}
  for (var first = begin; first < end; first += ${of.depth}u) {
    ${fill(of.rows * deep, threads, load('left', 'slabA', 'firstRow'))}
    ${fill(of.columns * deep, threads, load('right', 'slabB', 'firstColumn'))}
    workgroupBarrier();
    for (var k = 0u; k < ${deep}u; k++) {
      ${each(of.ownRows, (i) => `let a${i} = slabA[(down + ${i * strideDown}u) * ${pitch}u + k];`)}
      ${each(of.ownColumns, (i) => `let b${i} = slabB[(across + ${i * strideAcross}u) * ${pitch}u + k];`)}
      ${every((row, column) => `${sum(row, column)} += dot(a${row}, b${column});`)}
    }
    workgroupBarrier();
  }
  ${every(
    (row, column) => `{
    let row = firstRow + down + ${row * strideDown}u;
    let column = firstColumn + across + ${column * strideAcross}u;
    if (row < ${extents.rows}u && column < ${extents.columns}u) { store(group, part, row, column, ${sum(row, column)}); }
  }`,
  )}
  report();
}`;
}
