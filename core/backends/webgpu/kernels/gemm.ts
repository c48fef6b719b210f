import type { Shader, Workgroups } from '../shader.ts';
import { grid } from '../shader.ts';
import { deepestSlab, invocations, slabPitch, type Tile } from './tiles.ts';

/**
 * Tiled matrix products C = A B, the heart of dense layers and of convolution as an implicit product: the operands'
 * elements are worked out as they are loaded, and no unrolled copy of the maps is ever stored.
 *
 * A workgroup computes a tile of C. It walks along the shared extent, loads a slab of A and of B into workgroup memory,
 * and every invocation multiplies its own few rows and columns out of there, in registers. The next slab is on its way
 * in registers meanwhile, and goes into the other half of workgroup memory, so that one barrier for each slab is enough.
 * Each element of C is summed by one invocation in the order of the shared extent, so that no choice of tile changes a
 * bit of the result.
 */
export interface Extents {
  readonly rows: number;
  /** Of windows, where there are some. */
  readonly columns: number;
  /** Shared by A and B. */
  readonly depth: number;
  /** Products of one shape side by side: the groups of a convolution. */
  readonly groups: number;
  /** Parts of the shared extent whose products are kept apart, to be added up later. */
  readonly parts: number;
  /** Columns of C that an invocation has to have together: the pixels of each window that is pooled; else 1. */
  readonly window: 1 | 4;
}

/** Columns, or windows, of a tile. */
export const tileColumns = (of: Tile, { window }: Extents): number => of.columns / window;

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
  /** `fn placeOf(column: u32, pixel: u32) -> vec3u`: what of a load of B is the same for every slab, where anything is. */
  readonly place?: string;
  /** `fn right(group: u32, column: u32, place: vec3u, k: u32) -> vec4f`; zeros beyond the matrix. */
  readonly right: string;
  /**
   * Takes an element of C, or four columns of it: `fn store(group: u32, part: u32, row: u32, column: u32, value: f32)`,
   * or `value: vec4f` where not `alongDepth`; where there are windows, `value0` to `value3` of the four pixels of each.
   * Called for rows and columns inside the matrix.
   */
  readonly store: string;
  /** Further functions that these call. */
  readonly helpers?: string;
}

export function gemm(extents: Extents, of: Tile, elements: Elements): Omit<Shader, 'bindings'> {
  const body = elements.alongDepth
    ? dots(extents, of)
    : outerProducts(extents, of, elements.leftAlongRows ?? false);
  const taken = extents.window === 1 ? ['value'] : windowPixels.map((pixel) => `value${pixel}`);
  const values = taken.map((name) => `${name}: ${elements.alongDepth ? 'f32' : 'vec4f'}`).join(', ');
  return {
    code: `
${elements.helpers ?? ''}
fn left(group: u32, row: u32, k: u32) -> vec4f { ${elements.left} }
fn placeOf(column: u32, pixel: u32) -> vec3u { ${elements.place ?? 'return vec3u(0u);'} }
fn right(group: u32, column: u32, place: vec3u, k: u32) -> vec4f { ${elements.right} }
fn store(group: u32, part: u32, row: u32, column: u32, ${values}) { ${elements.store} }
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

/** Tiles of one product, down and across. */
export const tilesOver = (extents: Extents, of: Tile): readonly [down: number, across: number] => [
  Math.ceil(extents.rows / of.rows),
  Math.ceil(extents.columns / tileColumns(of, extents)),
];

function workgroups(extents: Extents, of: Tile): Workgroups {
  const [down, across] = tilesOver(extents, of);
  return grid(down * across, extents.groups * extents.parts);
}

/** Depth of each part: whole slabs of any tile, so that parts are the same for all of them. */
function partDepth({ depth, parts }: Extents): number {
  return Math.ceil(depth / parts / deepestSlab) * deepestSlab;
}

const windowPixels = [0, 1, 2, 3];

const each = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Where a workgroup and an invocation stand. Tiles of one column of C follow each other: they share their slabs of B. */
function whereabouts(extents: Extents, of: Tile): string {
  const [tilesDown, tilesAcross] = tilesOver(extents, of);
  const across = of.columns / of.ownColumns;
  return `
  let tileIndex = groupIndex(workgroup);
  if (tileIndex >= ${tilesDown * tilesAcross}u) { return; }
  let firstRow = tileIndex % ${tilesDown}u * ${of.rows}u;
  let firstColumn = tileIndex / ${tilesDown}u * ${tileColumns(of, extents)}u;
  let group = workgroup.z / ${extents.parts}u;
  let part = workgroup.z % ${extents.parts}u;
  let begin = part * ${partDepth(extents)}u;
  let end = min(begin + ${partDepth(extents)}u, ${extents.depth}u);
  let across = lane % ${across}u;
  let down = lane / ${across}u;`;
}

/** Names a variable of one load. */
type Naming = (name: string) => string;

/** A slab of an operand on its way from the device into workgroup memory, dealt out to all invocations. */
interface Slab {
  readonly name: 'A' | 'B';
  /** Quads to be loaded, in turns of one for each invocation; and quads of workgroup memory. */
  readonly quads: number;
  readonly room: number;
  /** WGSL that works out what is the same for every slab. @param slot number of the load */
  readonly fixed: (of: Naming, slot: string) => string;
  /** WGSL for the depth within the slab, for what is there, and for its place in workgroup memory. */
  readonly depth: (of: Naming) => string;
  readonly value: (of: Naming) => string;
  readonly at: (of: Naming) => string;
}

/**
 * Walks along the shared extent, loading a slab while the one before is multiplied.
 * @param multiply WGSL, in which `halfA` and `halfB` are where the slabs begin
 */
function walk(slabs: readonly Slab[], threads: number, depth: number, multiply: string): string {
  const turns = slabs.flatMap((slab) =>
    Array.from({ length: Math.ceil(slab.quads / threads) }, (_, turn) => ({
      slab,
      slot: turn === 0 ? 'lane' : `(lane + ${turn * threads}u)`,
      whole: (turn + 1) * threads <= slab.quads,
      of: (name: string) => `${name}${slab.name}${turn}`,
    })),
  );
  const every = (line: (turn: (typeof turns)[number]) => string) => turns.map(line).join('\n    ');
  const inside = ({ slab, whole, slot }: (typeof turns)[number]) =>
    whole ? '' : `${slot} < ${slab.quads}u && `;
  const load = every((turn) => {
    const { slab, of } = turn;
    return `${of('next')} = vec4f(0.0);
    if (${inside(turn)}first + ${slab.depth(of)} < end) { ${of('next')} = ${slab.value(of)}; }`;
  });
  const keep = every((turn) => {
    const { slab, of, whole, slot } = turn;
    const line = `slab${slab.name}[half${slab.name} + ${slab.at(of)}] = ${of('next')};`;
    return whole ? line : `if (${slot} < ${slab.quads}u) { ${line} }`;
  });
  return `
  ${every(({ slab, of, slot }) => slab.fixed(of, slot))}
  ${every(({ of }) => `var ${of('next')} = vec4f(0.0);`)}
  ${slabs.map(({ name }) => `var half${name} = 0u;`).join('\n  ')}
  for (var first = begin; ; first += ${depth}u) {
    if (first < end) {
    ${load}
    }
    if (first > begin) {
    ${multiply}
    }
    if (first >= end) { break; }
    ${slabs.map(({ name, room }) => `half${name} = ${room}u - half${name};`).join(' ')}
    ${keep}
    workgroupBarrier();
  }`;
}

/** `slot % length`, where all loads of an invocation come to the same wherever they can. */
const within = (slot: string, length: number, threads: number): string =>
  `${threads % length === 0 ? 'lane' : slot} % ${length}u`;

/** Each step along the shared extent adds the outer product of a column of A and a row of B. */
function outerProducts(extents: Extents, of: Tile, leftAlongRows: boolean): string {
  const threads = invocations(of);
  const [down, across] = [of.rows / 4, of.columns / 4];
  const pitch = slabPitch(of.rows);
  const [ownDown, ownAcross] = [of.ownRows / 4, of.ownColumns / 4];
  const stride = across / ownAcross;
  const windows = across / extents.window;
  const sum = (row: number, quad: number) => `sum${row}_${quad}`;
  const every = (line: (row: number, quad: number) => string) =>
    each(of.ownRows, (row) => each(ownAcross, (quad) => line(row, quad)));
  const component = (row: number) => `a${Math.floor(row / 4)}.${'xyzw'[row % 4]}`;
  const fixedA = (k: string, quad: string) => (name: Naming) =>
    `let ${name('k')} = ${k}; let ${name('quad')} = ${quad};`;
  const slabs: Slab[] = [
    {
      name: 'A',
      quads: of.depth * down,
      room: of.depth * pitch,
      fixed: (name, slot) =>
        leftAlongRows
          ? fixedA(`${slot} / ${down}u`, within(slot, down, threads))(name)
          : fixedA(within(slot, of.depth, threads), `${slot} / ${of.depth}u`)(name),
      depth: (name) => name('k'),
      value: (name) => `left(group, firstRow + ${name('quad')} * 4u, first + ${name('k')})`,
      at: (name) => `${name('k')} * ${pitch}u + ${name('quad')}`,
    },
    {
      name: 'B',
      quads: of.depth * across,
      room: of.depth * across,
      fixed: (name, slot) => `let ${name('k')} = ${slot} / ${across}u;
  let ${name('quad')} = ${within(slot, across, threads)};
  let ${name('column')} = firstColumn + ${name('quad')} % ${windows}u * 4u;
  let ${name('place')} = placeOf(${name('column')}, ${name('quad')} / ${windows}u);`,
      depth: (name) => name('k'),
      value: (name) => `right(group, ${name('column')}, ${name('place')}, first + ${name('k')})`,
      at: (name) => `${name('k')} * ${across}u + ${name('quad')}`,
    },
  ];
  const multiply = `for (var k = 0u; k < ${of.depth}u; k++) {
      ${each(ownDown, (i) => `let a${i} = slabA[halfA + k * ${pitch}u + down * ${ownDown}u + ${i}u];`)}
      ${each(ownAcross, (i) => `let b${i} = slabB[halfB + k * ${across}u + across + ${i * stride}u];`)}
      ${every((row, quad) => `${sum(row, quad)} += ${component(row)} * b${quad};`)}
    }`;
  const row = (own: number) => `firstRow + down * ${of.ownRows}u + ${own}u`;
  const column = (quad: number) => `firstColumn + (across + ${quad * stride}u) * 4u`;
  const store = (own: number, quad: number, value: string) => `{
    let row = ${row(own)};
    let column = ${column(quad)};
    if (row < ${extents.rows}u && column < ${extents.columns}u) { store(group, part, row, column, ${value}); }
  }`;
  const stores =
    extents.window === 1
      ? every((own, quad) => store(own, quad, sum(own, quad)))
      : each(of.ownRows, (own) => store(own, 0, windowPixels.map((pixel) => sum(own, pixel)).join(', ')));
  return entry(slabs, of, {
    whereabouts: whereabouts(extents, of),
    sums: every((row, quad) => `var ${sum(row, quad)} = vec4f(0.0);`),
    multiply,
    stores,
  });
}

/** Each step takes four numbers of the shared extent at once; rows and columns of an invocation lie apart. */
function dots(extents: Extents, of: Tile): string {
  const threads = invocations(of);
  const deep = of.depth / 4;
  const pitch = slabPitch(of.depth);
  const strideDown = of.rows / of.ownRows;
  const strideAcross = of.columns / of.ownColumns;
  const sum = (row: number, column: number) => `sum${row}_${column}`;
  const every = (line: (row: number, column: number) => string) =>
    each(of.ownRows, (row) => each(of.ownColumns, (column) => line(row, column)));
  const slab = (
    name: 'A' | 'B',
    lines: number,
    fixed: (of: Naming) => string,
    value: Slab['value'],
  ): Slab => ({
    name,
    quads: lines * deep,
    room: lines * pitch,
    fixed: (named, slot) => `let ${named('k')} = ${within(slot, deep, threads)};
  let ${named('line')} = ${slot} / ${deep}u;
  ${fixed(named)}`,
    depth: (named) => `${named('k')} * 4u`,
    value,
    at: (named) => `${named('line')} * ${pitch}u + ${named('k')}`,
  });
  const slabs = [
    slab(
      'A',
      of.rows,
      () => '',
      (name) => `left(group, firstRow + ${name('line')}, first + ${name('k')} * 4u)`,
    ),
    slab(
      'B',
      of.columns,
      (name) => `let ${name('column')} = firstColumn + ${name('line')};
  let ${name('place')} = placeOf(${name('column')}, 0u);`,
      (name) => `right(group, ${name('column')}, ${name('place')}, first + ${name('k')} * 4u)`,
    ),
  ];
  const multiply = `for (var k = 0u; k < ${deep}u; k++) {
      ${each(of.ownRows, (i) => `let a${i} = slabA[halfA + (down + ${i * strideDown}u) * ${pitch}u + k];`)}
      ${each(of.ownColumns, (i) => `let b${i} = slabB[halfB + (across + ${i * strideAcross}u) * ${pitch}u + k];`)}
      ${every((row, column) => `${sum(row, column)} += dot(a${row}, b${column});`)}
    }`;
  const stores = every(
    (row, column) => `{
    let row = firstRow + down + ${row * strideDown}u;
    let column = firstColumn + across + ${column * strideAcross}u;
    if (row < ${extents.rows}u && column < ${extents.columns}u) { store(group, part, row, column, ${sum(row, column)}); }
  }`,
  );
  return entry(slabs, of, {
    whereabouts: whereabouts(extents, of),
    sums: every((row, column) => `var ${sum(row, column)} = 0.0;`),
    multiply,
    stores,
  });
}

interface Body {
  readonly whereabouts: string;
  readonly sums: string;
  readonly multiply: string;
  readonly stores: string;
}

function entry(slabs: readonly Slab[], of: Tile, { whereabouts, sums, multiply, stores }: Body): string {
  const threads = invocations(of);
  return `
${slabs.map(({ name, room }) => `var<workgroup> slab${name}: array<vec4f, ${2 * room}>;`).join('\n')}

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${whereabouts}
  ${sums}
  ${walk(slabs, threads, of.depth, multiply)}
  ${stores}
  report();
}`;
}
