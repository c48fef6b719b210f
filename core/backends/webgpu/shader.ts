import type { ActivationName } from '../../kernels/activations.ts';
import type { Shape } from '../../kernels/kernel.ts';
import type { ChooseTile } from './kernels/tile-choice.ts';

/**
 * How values lie on the GPU: [channel][row][column][image], as on the CPU, with the whole batch innermost. Neighbouring
 * lanes take neighbouring images, so that every access is coalesced, whatever the size of a map, and whether a pixel
 * lies in the padding is the same for all lanes of a load. The number of images in a row, the *pitch*, is a multiple of
 * four; images beyond the batch hold finite numbers and have no gradient.
 */
export const imagesPerQuad = 4;

/** The pitch for batches up to this size. */
export const pitchOf = (batch: number): number => Math.ceil(batch / imagesPerQuad) * imagesPerQuad;

/** Where the numbers of an operand lie; `memory.ts` and `single.ts` say in which buffer. */
export type Place =
  | { readonly value: number }
  | { readonly parameter: number }
  | { readonly gradient: number }
  /** Sums of parts of the batch, not yet added up to the gradient. */
  | { readonly partials: number }
  | { readonly target: true }
  | { readonly losses: true }
  /** Per step: sum of the losses and number of right answers. */
  | { readonly tallies: true }
  /** Index of the largest output of every sample of a request. */
  | { readonly predictions: true }
  /** What `sums.ts` is to add up. */
  | { readonly sumsTable: number }
  /** Everything of a kind: all parameters, the stored images, ... */
  | { readonly all: Collection };

export type Collection =
  | 'parameters'
  | 'gradients'
  | 'state0'
  | 'state1'
  | 'averages'
  | 'clipping'
  | 'rules'
  | 'partials'
  | 'images'
  | 'labels'
  | 'views'
  | 'order';

/** An operand of a call: its place, and its shape without the batch. */
export interface Tensor {
  readonly place: Place;
  readonly shape: Shape;
}

type Element = 'f32' | 'vec4f' | 'u32' | 'i32' | 'vec2f';

export interface Binding {
  readonly name: string;
  readonly place: Place;
  readonly element: Element;
  readonly access: 'read' | 'read_write';
}

export const reads = (name: string, place: Place, element: Element = 'vec4f'): Binding => ({
  name,
  place,
  element,
  access: 'read',
});

export const writes = (name: string, place: Place, element: Element = 'vec4f'): Binding => ({
  name,
  place,
  element,
  access: 'read_write',
});

export type Workgroups = readonly [number, number, number];

/** One dispatch: a compute shader over bound buffers. */
export interface Shader {
  readonly bindings: readonly Binding[];
  /** Functions and `main`; what `header` declares is there. */
  readonly code: string;
  readonly workgroups: Workgroups;
}

/** A parameter's gradient that is summed over `parts` of the batch, each `pitch` elements after the one before. */
export interface PartialSums {
  readonly gradient: number;
  /** Elements of the gradient. */
  readonly count: number;
  readonly parts: number;
}

/** A call as a kernel family writes it for the GPU. */
export interface Lowered {
  readonly shaders: readonly Shader[];
  readonly sums?: readonly PartialSums[];
}

/**
 * What a gradient goes through before it is written: the slope of an activation; or the pooling of windows of 2 x 2 that
 * cover the maps, a maximum where `x` are these maps, else a mean. `width` is that of what was left of them.
 */
export type Onward =
  | { readonly type: 'slope'; readonly activation: ActivationName; readonly y: Tensor }
  | { readonly type: 'unpool'; readonly x: Tensor | null; readonly width: number };

/** Windows of 2 x 2 that are pooled as the maps under them are written. */
export interface FusedPool {
  readonly mode: 'max' | 'mean';
  readonly y: Tensor;
}

/** What a kernel family is given to write its shaders. */
export interface Site {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: readonly (Tensor | null)[];
  readonly outputs: readonly (Tensor | null)[];
  readonly pitch: number;
  /** Of the first output, where it is a gradient that is not written as it is: its way, and where it ends. */
  readonly onward?: { readonly steps: readonly Onward[]; readonly target: Tensor };
  /** Of the first output of a convolution. */
  readonly pool?: FusedPool | undefined;
  /** The loss of a plan also counts right answers. */
  readonly keepsScore?: boolean;
  /** For the call's matrix product, if it is one. */
  readonly chooseTile: ChooseTile;
  /** Whether lanes add up among themselves. */
  readonly subgroups: boolean;
}

export type Family = (site: Site) => Lowered;

/** Invocations of a workgroup where nothing else decides. */
export const groupSize = 64;
/** Workgroups in a row; more of them are laid out in several rows. */
const rowOfGroups = 32768;

/** So many workgroups in rows; `groupIndex` in `header` numbers them. */
export function grid(groups: number, layers = 1): Workgroups {
  return groups <= rowOfGroups ? [groups, 1, layers] : [rowOfGroups, Math.ceil(groups / rowOfGroups), layers];
}

/** `main` over `count` items, one for each invocation, as `item`. */
export function forEach(count: number, body: string): Pick<Shader, 'code' | 'workgroups'> {
  return {
    code: `
@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = groupIndex(group) * ${groupSize}u + lane;
  if (item >= ${count}u) { return; }
  ${body}
  report();
}`,
    workgroups: grid(Math.ceil(count / groupSize)),
  };
}

/** Bytes of the `Batch` of every step; a uniform's offset has to be a multiple of 256. */
export const batchRecordBytes = 256;
export const noFault = 0xffffffff;
/** Operations of a plan that a fault can tell apart. */
export const faultRadix = 4096;

/**
 * What stands before every shader: the batch of the step (group 0, with a dynamic offset, the same for all), the fault,
 * and the shader's own buffers (group 1).
 *
 * The fault is the first operation that wrote a number which is not finite, as step * 4096 + operation; the least one
 * stays. Once there is one, nothing is updated any more.
 */
export function header(bindings: readonly Binding[], operation: number, subgroups: boolean): string {
  const own = bindings.map(
    ({ name, element, access }, i) =>
      `@group(1) @binding(${i}) var<storage, ${access}> ${name}: array<${element}>;`,
  );
  return `${subgroups ? 'enable subgroups;\nrequires subgroup_id;' : ''}
struct Batch {
  index: u32, // of the step within the request
  count: u32, // images
  first: u32, // place of its first image in the order
  training: u32,
  rate: f32,
  step: u32, // within the run
  seedLow: u32,
  seedHigh: u32,
  corrections: vec4f, // of this step's update
}
@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read_write> fault: atomic<u32>;
${own.join('\n')}

var<private> broken = false;

fn isBroken(value: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(value) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

// Whether the four images from the given one on belong to the batch.
fn areThere(image: u32) -> vec4<bool> {
  return vec4u(image, image + 1u, image + 2u, image + 3u) < vec4u(batch.count);
}

// Four images of a value; those beyond the batch do not count.
fn watch4(value: vec4f, image: u32) {
  broken = broken || any(isBroken(value) & areThere(image));
}

fn watch(value: f32) {
  broken = broken || any(isBroken(vec4f(value)));
}

fn blame(operation: u32) {
  atomicMin(&fault, batch.index * ${faultRadix}u + operation);
}

fn report() {
  if (broken) { blame(${operation}u); }
}

fn groupIndex(group: vec3u) -> u32 {
  return group.y * ${rowOfGroups}u + group.x;
}
`;
}
