import { devicesFor } from '../backends/choice.ts';
import { adaptersSoFar, knownAdapters } from '../backends/webgpu/adapters.ts';
import { ConvolabError, type Issue } from '../contract/errors.ts';

/**
 * Finds out whether every choice of a device can be had. The drivers of GPUs stay out of this process; the CPU's own
 * backend can be tried here. Returns what should be known of those that were chosen.
 * @throws `device.unavailable`, `native.unavailable`
 */
export async function checkDevices(choices: ReadonlySet<string>): Promise<string[]> {
  const { chooseDevices, openDevice } = await import('../backends/index.ts');
  const chosen = (await Promise.all([...choices].map(chooseDevices))).flatMap(([best]) => best ?? []);
  for (const device of chosen) if (device.adapter === null) await openDevice(device);
  return chosen.flatMap(({ warning }) => warning ?? []);
}

/** What can be said of a choice at once, without waiting for a driver: what forbids it, and what should be known. */
export function adviseOn(choice: string): { issues: Issue[]; warnings: string[] } {
  const survey = adaptersSoFar();
  if (survey === null) {
    void knownAdapters();
    return { issues: [], warnings: [] };
  }
  try {
    const [best] = devicesFor(choice, survey);
    return { issues: [], warnings: best?.warning ? [best.warning] : [] };
  } catch (thrown) {
    const { message, hint } = ConvolabError.from(thrown);
    return { issues: [{ path: 'backend', message: [message, hint].join(' ') }], warnings: [] };
  }
}
