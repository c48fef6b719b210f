import { mapShape, required } from '../../../kernels/shape.ts';
import { type Family, reads, type Shader, writes } from '../shader.ts';

/** Lanes that share a sum. */
export const sharers = 256;

/**
 * `total(lane, value)`: the sum of a value over all lanes of a workgroup, the same in every lane, by one fixed tree.
 */
export const sharedSum = `
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

/** One workgroup for each of `count` sums; `sum` is to be in the code, `result` takes what `total` makes of it. */
export function oneSumEach(count: number, body: string, finish: string): Pick<Shader, 'code' | 'workgroups'> {
  return {
    code: `${sharedSum}
@compute @workgroup_size(${sharers})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = group.x;
  var sum = 0.0;
  ${body}
  let result = total(lane, sum);
  if (lane == 0u) { ${finish} }
  report();
}`,
    workgroups: [count, 1, 1],
  };
}

/** (21): db_j = sum over u, v of (delta_j)_uv, over all images. */
export const channelBiasBackward: Family = (site) => {
  const dY = required(site.inputs[0], 'dY');
  const dBias = required(site.outputs[0], 'dBias');
  const [channels, height, width] = mapShape(dY.shape);
  const quads = (height * width * site.pitch) / 4;
  const main = oneSumEach(
    channels,
    `for (var quad = lane; quad < ${quads}u; quad += ${sharers}u) {
    sum += dot(dY[item * ${quads}u + quad], vec4f(1.0));
  }`,
    'watch(result); dBias[item] = result;',
  );
  return {
    shaders: [{ ...main, bindings: [reads('dY', dY.place), writes('dBias', dBias.place, 'f32')] }],
  };
};
