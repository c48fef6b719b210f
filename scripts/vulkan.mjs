import { existsSync, readdirSync } from 'node:fs';

/** Chromium's driver that computes on the processor. */
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

const triplets = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** True where the library is, through which GPUs are reached on Linux. */
export function hasVulkanLoader() {
  const folders = [`/usr/lib/${triplets[process.arch] ?? ''}`, '/usr/lib64', '/usr/lib'];
  return folders.some(
    (folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libvulkan.so')),
  );
}

/** The driver of a software GPU, as VK_DRIVER_FILES takes it; undefined without one. */
export function findSoftwareVulkan() {
  return existsSync(softwareDriver) ? softwareDriver : undefined;
}
