import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../../core/backends/backend.ts';
import { createGpu } from '../../core/backends/webgpu/dawn.ts';
import { type Gpu, openGpu, type Restrictions } from '../../core/backends/webgpu/device.ts';
import { backendOn } from '../../core/backends/webgpu/index.ts';

/** Chromium's software Vulkan, which stands in for a GPU where there is none. */
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];

/** Why no GPU, not even a software one, can be opened here; null where one can. */
export function webgpuMissing(): string | null {
  if (process.platform !== 'linux') return null;
  const loader = libraries.some(
    (folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libvulkan.so')),
  );
  if (!loader) return 'the Vulkan loader is not installed';
  if (process.env.VK_DRIVER_FILES) return null;
  return existsSync(softwareDriver) ? null : `${softwareDriver} is missing; install chromium`;
}

/** The software adapter, or what VK_DRIVER_FILES says; one for each process is enough. */
export async function openTestGpu(restrictions?: Restrictions): Promise<Gpu> {
  if (process.platform === 'linux') process.env.VK_DRIVER_FILES ??= softwareDriver;
  const instance = await createGpu();
  const adapter = await instance.requestAdapter();
  if (!adapter) throw new Error(`no adapter under ${join(process.env.VK_DRIVER_FILES ?? '')}`);
  return openGpu(instance, adapter, restrictions);
}

export function testBackend(gpu: Gpu): Backend {
  const { name } = gpu;
  const api = 'vulkan';
  return backendOn(gpu, {
    id: 'gpu:0',
    name,
    backend: api,
    software: true,
    options: [],
    powerPreference: 'low-power',
  });
}
