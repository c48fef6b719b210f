import { ConvolabError } from '../../contract/errors.ts';
import type { Backend } from '../backend.ts';
import type { AdapterChoice } from './adapters.ts';
import { createGpu } from './dawn.ts';
import { type Gpu, openGpu } from './device.ts';
import { measurePeak } from './peak.ts';
import { WebGpuProgram } from './program.ts';
import { runSingle, singleKernels } from './single.ts';

/**
 * The GPU backend on one adapter. Loads the GPU's driver into this process, which ends only after `close`.
 * @throws `device.unavailable`
 */
export async function createWebGpuBackend(choice: AdapterChoice): Promise<Backend> {
  const { id, name, options, powerPreference } = choice;
  const instance = await createGpu(options);
  const adapter = await instance.requestAdapter({ powerPreference });
  if (!adapter) {
    throw new ConvolabError('device.unavailable', `${id} (${name}) does not answer.`, {
      subject: id,
      hint: 'Run "convolab devices" to see what is there now, or train on the CPU.',
    });
  }
  return backendOn(await openGpu(instance, adapter), choice);
}

/** The backend on an opened device. */
export function backendOn(gpu: Gpu, { id, name, backend, software }: AdapterChoice): Backend {
  const { vendor, architecture, description } = gpu.info;
  return {
    kind: 'webgpu',
    device: {
      id,
      name,
      details: {
        api: backend,
        kind: software ? 'software' : 'hardware',
        driver: description,
        vendor,
        architecture,
      },
    },
    kernels: singleKernels,
    runKernel: (call) => runSingle(gpu, call),
    compile: (plan, compileOptions) => WebGpuProgram.create(gpu, plan, compileOptions),
    measurePeak: () => measurePeak(gpu),
    close: () => gpu.close(),
  };
}
