import type { Backend } from '../backends/backend.ts';
import { chooseDevices, openDevice } from '../backends/index.ts';
import type { Output } from './output.ts';

/**
 * Opens the device that `--backend` comes to, and says what should be known of it.
 * @param home the data folder, where a GPU's measurements are kept
 * @throws `device.unavailable`, `native.unavailable`
 */
export async function openChosenDevice(choice: string, output: Output, home?: string): Promise<Backend> {
  const [best] = await chooseDevices(choice);
  if (best === undefined) throw new Error(`no device for ${choice}`);
  if (best.warning !== null) output.warning(best.warning);
  return openDevice(best, home);
}
