import { existsSync } from 'node:fs';

/** Chromium brings a Vulkan driver that computes on the processor. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Lets this process and its children see one GPU, a software one, whatever the machine has. The Vulkan loader
 * (libvulkan1) and Chromium have to be installed; without them the tests of GPUs fail rather than pass unseen.
 */
export function useSoftwareVulkan(): void {
  if (!existsSync(driver))
    throw new Error(`${driver} is missing: install the packages chromium and libvulkan1`);
  process.env.VK_DRIVER_FILES = driver;
}

/** Lets this process and its children see no GPU. */
export function useNoVulkan(): void {
  process.env.VK_DRIVER_FILES = '/nowhere/driver.json';
}
