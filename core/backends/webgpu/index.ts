import { ConvolabError } from '../../contract/errors.ts';
import type { Backend } from '../backend.ts';
import type { AdapterChoice } from './adapters.ts';
import { createGpu } from './dawn.ts';
import { type Gpu, openGpu } from './device.ts';
import { measurePeak } from './peak.ts';
import { WebGpuProgram } from './program.ts';
import { runSingle, singleKernels } from './single.ts';
import { TileBook } from './tile-book.ts';
import { TileMemory } from './tile-memory.ts';

/** Milliseconds that the first program of its shapes may take for finding out what is fast. */
const patience = 3000;

/**
 * The GPU backend on one adapter. Loads the GPU's driver into this process, which ends only after `close`.
 * @param home the data folder, where what was measured of the adapter is kept
 * @throws `device.unavailable`
 */
export async function createWebGpuBackend(choice: AdapterChoice, home?: string): Promise<Backend> {
  const { id, name, options, powerPreference } = choice;
  const instance = await createGpu(options);
  const adapter = await instance.requestAdapter({ powerPreference });
  if (!adapter) {
    throw new ConvolabError('device.unavailable', `${id} (${name}) does not answer.`, {
      subject: id,
      hint: 'Run "convolab devices" to see what is there now, or train on the CPU.',
    });
  }
  const gpu = await openGpu(instance, adapter);
  const memory = home === undefined ? null : new TileMemory(home, gpu.info);
  // Software computes a product in much the same time whatever the tile, and would take seconds to find out.
  return backendOn(
    gpu,
    choice,
    new TileBook(gpu, { memory, patience: gpu.info.isFallbackAdapter ? 0 : patience }),
  );
}

/** The backend on an opened device. */
export function backendOn(
  gpu: Gpu,
  { id, name, backend, software }: AdapterChoice,
  tiles = new TileBook(gpu),
): Backend {
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
    runKernel: (call) => runSingle(gpu, tiles, call),
    compile: (plan, compileOptions) => WebGpuProgram.create(gpu, tiles, plan, compileOptions),
    measurePeak: () => measurePeak(gpu),
    close: () => gpu.close(),
  };
}
