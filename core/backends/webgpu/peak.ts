import type { Gpu } from './device.ts';
import { timedPass } from './timing.ts';

/** Chains of fused multiply-adds on vectors of four, enough of them to hide the latency of one. */
const chains = 8;
const rounds = 256;
const invocations = 256;
/** Of one workgroup; a multiply-add counts as two. */
const operations = invocations * rounds * chains * 4 * 2;
/** Milliseconds that a measurement should last: long beside the cost of a submission, short beside a driver's patience. */
const enough = 60;
const attempts = 5;

const names = Array.from({ length: chains }, (_, i) => `a${i}`);

/** Nothing but arithmetic in registers; the sum is stored, so that no compiler leaves it out. */
const code = `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(${invocations})
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) group: vec3u) {
  let factor = vec4f(0.999 + f32(index) * 1e-7);
  let term = vec4f(f32(group.x) * 1e-7);
  ${names.map((name, i) => `var ${name} = vec4f(${i}.0);`).join('\n  ')}
  for (var round = 0; round < ${rounds}; round++) {
    ${names.map((name) => `${name} = fma(${name}, factor, term);`).join('\n    ')}
  }
  let sum = ${names.join(' + ')};
  result[index] = sum.x + sum.y + sum.z + sum.w;
}`;

/** Floating-point operations per second that the GPU reaches in 32-bit multiply-adds, the best of a few attempts. */
export async function measurePeak(gpu: Gpu): Promise<number> {
  const label = 'peak';
  const { layout, buffer, bindGroup } = await gpu.guarded(label, () => {
    const layout = gpu.bindGroupLayout(label, [{ type: 'storage' }]);
    const buffer = gpu.storage(label, invocations * 4);
    const entries = [{ binding: 0, resource: { buffer } }];
    return { layout, buffer, bindGroup: gpu.device.createBindGroup({ label, layout, entries }) };
  });
  const pipeline = await gpu.pipeline(label, code, [layout]);
  const milliseconds = (workgroups: number) =>
    timedPass(gpu, label, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(workgroups);
    });
  const most = gpu.limits.maxComputeWorkgroupsPerDimension;
  let workgroups = 16;
  while ((await milliseconds(workgroups)) < enough && workgroups < most) {
    workgroups = Math.min(most, workgroups * 2);
  }
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < attempts; i++) best = Math.min(best, await milliseconds(workgroups));
  buffer.destroy();
  return (workgroups * operations) / (best / 1000);
}
