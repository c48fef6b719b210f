import { createGpu } from './dawn.ts';

/**
 * Entry of the short-lived process that looks at GPUs, so that a driver that crashes or hangs takes nobody along. Without
 * arguments it prints the names of all adapters; with an adapter's name and a power preference, what that one can do.
 *
 *     node core/backends/webgpu/survey.ts [<name> high-performance|low-power]
 */

/** One line of Dawn's own list. */
export interface ListedAdapter {
  /** `vulkan`, `metal`, `d3d12` */
  readonly backend: string;
  readonly name: string;
}

/** Every adapter, in the two orders in which Dawn can be made to look through them. */
export type AdapterNames = Readonly<Record<GPUPowerPreference, readonly ListedAdapter[]>>;

export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  /** Name and version, as the driver tells them. */
  readonly driver: string;
  readonly software: boolean;
  /** By WebGPU's names, in bytes or counts. */
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

/** No adapter contains this in its name; Dawn answers with those that there are. */
const nobody = 'adapter=?';
const kept = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

async function names(powerPreference: GPUPowerPreference): Promise<ListedAdapter[]> {
  try {
    const gpu = await createGpu([nobody]);
    await gpu.requestAdapter({ powerPreference });
    return [];
  } catch (thrown) {
    if (!String(thrown).includes('Available adapters:')) throw thrown;
    const list = String(thrown).matchAll(/^ \* backend: '(.*?)', name: '(.*)'$/gm);
    return [...list].map(([, backend = '', name = '']) => ({ backend, name }));
  }
}

async function facts(name: string, powerPreference: GPUPowerPreference): Promise<AdapterFacts> {
  const gpu = await createGpu([`adapter=${name}`]);
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (adapter === null) throw new Error('The adapter is gone.');
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const limits = Object.fromEntries(kept.map((limit) => [limit, adapter.limits[limit]]));
  const features = [...adapter.features].sort();
  // What cannot be opened is no device.
  const device = await adapter.requestDevice();
  device.destroy();
  return { vendor, architecture, driver: description, software: isFallbackAdapter, limits, features };
}

const [name, preference] = process.argv.slice(2);
const answer =
  name === undefined
    ? { 'high-performance': await names('high-performance'), 'low-power': await names('low-power') }
    : await facts(name, preference as GPUPowerPreference);
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
