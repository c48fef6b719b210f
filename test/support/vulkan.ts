import { canInstall } from '../../scripts/system.mjs';
import { findSoftwareVulkan, hasVulkanLoader } from '../../scripts/vulkan.mjs';

/** VK_DRIVER_FILES, or Chromium's driver that computes on the processor. */
const driver = process.env.VK_DRIVER_FILES ?? findSoftwareVulkan();

/**
 * Why there is no software GPU, nor one that VK_DRIVER_FILES names; null where there is. The one rule for every test of
 * GPUs: where it cannot be had they are skipped with this reason.
 * @throws on a machine where `npm test` installs it, so that there nothing is ever skipped
 */
export function vulkanMissing(): string | null {
  const missing = whatIsMissing();
  if (missing && canInstall()) throw new Error(`${missing}. npm test installs it.`);
  return missing;
}

function whatIsMissing(): string | null {
  if (process.platform !== 'linux') return 'there is a software GPU for the tests on Linux only';
  if (!hasVulkanLoader()) return 'the Vulkan loader (libvulkan1) is missing';
  return driver === undefined ? 'Chromium’s software GPU (chromium) is missing' : null;
}

/** Lets this process and its children see one GPU, a software one, whatever the machine has. */
export function useSoftwareVulkan(): void {
  process.env.VK_DRIVER_FILES = driver;
}

/** Lets this process and its children see no GPU. */
export function useNoVulkan(): void {
  process.env.VK_DRIVER_FILES = '/nowhere/driver.json';
}
