import type { Gpu } from './device.ts';

/** Milliseconds that a pass of the device takes from its submission to its end. */
export async function timedPass(
  gpu: Gpu,
  label: string,
  encode: (pass: GPUComputePassEncoder) => void,
): Promise<number> {
  const encoder = gpu.device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  encode(pass);
  pass.end();
  const commands = encoder.finish();
  const start = performance.now();
  gpu.submit(commands);
  await gpu.finished();
  return performance.now() - start;
}
