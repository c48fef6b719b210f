import { type PartialSums, type Place, reads, type Shader, writes } from '../shader.ts';
import { partPitch } from './partials.ts';

/** Quads that a workgroup adds up, and lanes among which the parts of each are dealt out. */
const quadsEach = 16;
const dealers = 16;

/**
 * Numbers in a row of the table: start and pitch of the parts, their number, start and extent of the gradient, in quads; and
 * the operation that made the parts.
 */
export const tableRow = 6;

/** Partial sums of an operation of a plan, by its number in a fault. */
export interface OperationSums extends PartialSums {
  readonly operation: number;
}

export interface PlacedSums extends OperationSums {
  /** Elements from the start of all partial sums, and of all gradients. */
  readonly from: number;
  readonly to: number;
}

export interface SumsPlaces {
  readonly partials: Place;
  readonly gradients: Place;
  readonly table: Place;
}

/** A row of `tableRow` numbers for each workgroup. */
export function sumsTable(sums: readonly PlacedSums[]): Uint32Array {
  const rows = sums.flatMap(({ from, to, count, parts, operation }) => {
    const pitch = partPitch(count) / 4;
    return Array.from({ length: Math.ceil(pitch / quadsEach) }, (_, i) => [
      from / 4 + i * quadsEach,
      pitch,
      parts,
      to / 4 + i * quadsEach,
      Math.min(quadsEach, pitch - i * quadsEach),
      operation,
    ]);
  });
  return Uint32Array.from(rows.flat());
}

/**
 * Adds up the partial sums of all gradients that were made in parts, in one dispatch and one fixed order: sixteen lanes
 * take every sixteenth part, then these sixteen sums are added from the first to the last.
 */
export function addPartials(workgroups: number, places: SumsPlaces): Shader {
  return {
    bindings: [
      reads('partials', places.partials),
      writes('gradients', places.gradients),
      reads('table', places.table, 'u32'),
    ],
    workgroups: [workgroups, 1, 1],
    code: `
var<workgroup> shares: array<vec4f, ${quadsEach * dealers}>;

@compute @workgroup_size(${quadsEach * dealers})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * ${tableRow}u;
  let pitch = table[row + 1u];
  let parts = table[row + 2u];
  let quad = lane % ${quadsEach}u;
  let dealer = lane / ${quadsEach}u;
  var share = vec4f(0.0);
  for (var part = dealer; part < parts; part += ${dealers}u) {
    share += partials[table[row] + quad + part * pitch];
  }
  shares[lane] = share;
  workgroupBarrier();
  if (dealer == 0u && quad < table[row + 4u]) {
    var sum = shares[quad];
    for (var other = 1u; other < ${dealers}u; other++) { sum += shares[quad + other * ${quadsEach}u]; }
    if (any(isBroken(sum))) { blame(table[row + 5u]); }
    gradients[table[row + 3u] + quad] = sum;
  }
}`,
  };
}
