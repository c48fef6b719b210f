import { availableParallelism, cpus } from 'node:os';
import { ConvolabError } from '../contract/errors.ts';
import type { Device } from '../contract/methods.ts';
import type { Backend } from './backend.ts';
import { asksForGpu, type ChosenDevice, devicesFor } from './choice.ts';
import { createNativeBackend } from './native/index.ts';
import { createReferenceBackend } from './reference/index.ts';
import { type Adapter, knownAdapters, type Survey } from './webgpu/adapters.ts';
import type { Absence } from './webgpu/remedies.ts';

/**
 * The devices that a choice may come to on this machine, the best first.
 * @param choice `auto`, `cpu`, `gpu`, `gpu:<n>` or `reference`
 * @throws `device.unavailable` saying why and what helps
 */
export async function chooseDevices(choice: string): Promise<readonly ChosenDevice[]> {
  const survey = asksForGpu(choice) ? await knownAdapters() : { adapters: [], absence: null };
  return devicesFor(choice, survey);
}

/**
 * Opens the arithmetic of the best device that a choice may come to. A GPU's driver comes into this very process.
 * @throws `device.unavailable` saying why and what helps; `native.unavailable` where the CPU's backend is not built
 */
export async function openBackend(choice: string): Promise<Backend> {
  const [best] = await chooseDevices(choice);
  return openDevice(best as ChosenDevice);
}

/**
 * Opens a chosen device's arithmetic. Throws as `openBackend`.
 * @param home the data folder, where a GPU's measurements are kept
 */
export async function openDevice({ id, adapter }: ChosenDevice, home?: string): Promise<Backend> {
  if (adapter !== null) return (await import('./webgpu/index.ts')).createWebGpuBackend(adapter, home);
  return id === 'reference' ? createReferenceBackend() : createNativeBackend();
}

/** Every device that a run could be given, those that cannot be used with the reason. */
export async function listDevices(): Promise<Device[]> {
  return [nativeDevice(), ...gpuDevices(await knownAdapters()), referenceDevice()];
}

const nothingSpecial = { vendor: '', software: false, limits: {}, features: [] };

function nativeDevice(): Device {
  const name = cpus()[0]?.model.trim() ?? 'CPU';
  const common = { id: 'cpu', kind: 'cpu', backend: 'native', ...nothingSpecial } as const;
  const cores = { cores: String(availableParallelism()) };
  try {
    const { device } = createNativeBackend();
    const details = { ...cores, ...device.details };
    return { ...common, features: [], name: device.name, available: true, reason: null, details };
  } catch (thrown) {
    const { message, hint } = ConvolabError.from(thrown);
    const reason = hint === undefined ? message : `${message} ${hint}`;
    return { ...common, features: [], name, available: false, reason, details: cores };
  }
}

/** Where there is no adapter at all, one entry that says why. */
function gpuDevices({ adapters, absence }: Survey): Device[] {
  if (adapters.length > 0) return adapters.map(gpuDevice);
  return [
    {
      id: 'gpu',
      name: 'GPU',
      kind: 'gpu',
      backend: 'none',
      ...nothingSpecial,
      features: [],
      available: false,
      reason: sentenceOf(absence),
      details: {},
    },
  ];
}

function gpuDevice({ id, name, backend, software, facts, absence }: Adapter): Device {
  return {
    id,
    name,
    kind: 'gpu',
    backend,
    vendor: facts?.vendor ?? '',
    software,
    available: absence === null,
    reason: sentenceOf(absence),
    limits: { ...facts?.limits },
    features: [...(facts?.features ?? [])],
    details: facts ? saidOf({ driver: facts.driver, architecture: facts.architecture }) : {},
  };
}

/** What the driver says of itself; some leave out the one or the other. */
function saidOf(details: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(details).filter(([, said]) => said !== ''));
}

function sentenceOf(absence: Absence | null): string | null {
  return absence && `${absence.reason} ${absence.help}`;
}

function referenceDevice(): Device {
  return {
    id: 'reference',
    name: 'Reference (float64, slow; for judging the others)',
    kind: 'reference',
    backend: 'reference',
    ...nothingSpecial,
    features: [],
    available: true,
    reason: null,
    details: {},
  };
}
