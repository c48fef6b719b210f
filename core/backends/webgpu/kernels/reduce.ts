import { mapShape, required } from '../../../kernels/shape.ts';
import { type Family, reads, type Shader, type Site, writes } from '../shader.ts';

/** Lanes that share a sum. */
export const sharers = 256;

/** By one fixed tree through workgroup memory. */
const tree = `
var<workgroup> shares: array<f32, ${sharers}>;
fn total(lane: u32, value: f32) -> f32 {
  shares[lane] = value;
  workgroupBarrier();
  for (var reach = ${sharers / 2}u; reach > 0u; reach /= 2u) {
    if (lane < reach) { shares[lane] += shares[lane + reach]; }
    workgroupBarrier();
  }
  let sum = shares[0];
  workgroupBarrier();
  return sum;
}`;

/** WebGPU's smallest subgroup. */
const smallestSubgroup = 4;

/** Each subgroup by itself, then from the first subgroup to the last: two barriers in the place of nine. */
const bySubgroups = `
var<workgroup> shares: array<f32, ${sharers / smallestSubgroup}>;
var<private> subgroup: u32;
var<private> subgroups: u32;
fn total(lane: u32, value: f32) -> f32 {
  let share = subgroupAdd(value);
  if (subgroupElect()) { shares[subgroup] = share; }
  workgroupBarrier();
  var sum = 0.0;
  for (var other = 0u; other < subgroups; other++) { sum += shares[other]; }
  workgroupBarrier();
  return sum;
}`;

/**
 * `main` of a workgroup that adds up: in `body`, `total(lane, value)` is the sum of a value over all lanes, the same in
 * every lane, in an order that is fixed for a device. `group` is the workgroup.
 */
export function summing(subgroups: boolean, body: string): string {
  const builtins = subgroups
    ? ', @builtin(subgroup_id) ownSubgroup: u32, @builtin(num_subgroups) allSubgroups: u32'
    : '';
  return `${subgroups ? bySubgroups : tree}
@compute @workgroup_size(${sharers})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32${builtins}) {
  ${subgroups ? 'subgroup = ownSubgroup; subgroups = allSubgroups;' : ''}
  ${body}
}`;
}

/** One workgroup for each of `count` sums, `item`, of which `body` makes what it wants with `total`. */
export function workgroupEach(
  { subgroups }: Site,
  count: number,
  body: string,
): Pick<Shader, 'code' | 'workgroups'> {
  return {
    code: summing(subgroups, `let item = group.x;\n  ${body}\n  report();`),
    workgroups: [count, 1, 1],
  };
}

/** Over all quads of a channel, lane by lane; `at` is the quad's place. */
export const eachQuad = (quads: number, body: string): string => `
  for (var quad = lane; quad < ${quads}u; quad += ${sharers}u) {
    let at = item * ${quads}u + quad;
    ${body}
  }`;

/** (21): db_j = sum over u, v of (delta_j)_uv, over all images. */
export const channelBiasBackward: Family = (site) => {
  const dY = required(site.inputs[0], 'dY');
  const dBias = required(site.outputs[0], 'dBias');
  const [channels, height, width] = mapShape(dY.shape);
  const main = workgroupEach(
    site,
    channels,
    `var sum = 0.0;
  ${eachQuad((height * width * site.pitch) / 4, 'sum += dot(dY[at], vec4f(1.0));')}
  let result = total(lane, sum);
  if (lane == 0u) { watch(result); dBias[item] = result; }`,
  );
  return {
    shaders: [{ ...main, bindings: [reads('dY', dY.place), writes('dBias', dBias.place, 'f32')] }],
  };
};

/** dw_j = sum over u, v of (delta_j)_uv down(x_j)_uv; (21): db_j = sum over u, v of (delta_j)_uv. */
export const channelScaleBackwardWeight: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const dY = required(site.inputs[1], 'dY');
  const dWeight = required(site.outputs[0], 'dWeight');
  const dBias = site.outputs[1];
  const [channels, height, width] = mapShape(x.shape);
  const main = workgroupEach(
    site,
    channels,
    `var gain = 0.0;
  var sum = 0.0;
  ${eachQuad((height * width * site.pitch) / 4, 'gain += dot(dY[at], x[at]); sum += dot(dY[at], vec4f(1.0));')}
  let gains = total(lane, gain);
  let biases = total(lane, sum);
  if (lane == 0u) {
    watch(gains);
    dWeight[item] = gains;
    ${dBias ? 'watch(biases); dBias[item] = biases;' : ''}
  }`,
  );
  const bindings = [
    reads('x', x.place),
    reads('dY', dY.place),
    writes('dWeight', dWeight.place, 'f32'),
    ...(dBias ? [writes('dBias', dBias.place, 'f32')] : []),
  ];
  return { shaders: [{ ...main, bindings }] };
};
