import type { Backend } from '../../core/backends/backend.ts';
import { createGpu } from '../../core/backends/webgpu/dawn.ts';
import { type Gpu, openGpu, type Restrictions } from '../../core/backends/webgpu/device.ts';
import { backendOn } from '../../core/backends/webgpu/index.ts';
import type { TileBook } from '../../core/backends/webgpu/tile-book.ts';
import { useSoftwareVulkan, vulkanMissing } from './vulkan.ts';

/** Why no GPU can be opened for tests here, as `vulkanMissing`; elsewhere than on Linux that of the machine is used. */
export const webgpuMissing = (): string | null => (process.platform === 'linux' ? vulkanMissing() : null);

/** The software adapter, or what VK_DRIVER_FILES says; one for each process is enough. */
export async function openTestGpu(restrictions?: Restrictions): Promise<Gpu> {
  if (process.platform === 'linux') useSoftwareVulkan();
  const instance = await createGpu();
  const adapter = await instance.requestAdapter();
  if (!adapter) throw new Error(`no adapter under ${process.env.VK_DRIVER_FILES ?? 'any driver'}`);
  return openGpu(instance, adapter, restrictions);
}

export function testBackend(gpu: Gpu, tiles?: TileBook): Backend {
  const { name } = gpu;
  const api = 'vulkan';
  const choice = { id: 'gpu:0', name, backend: api, software: true, options: [] };
  return backendOn(gpu, { ...choice, powerPreference: 'low-power' }, tiles);
}
