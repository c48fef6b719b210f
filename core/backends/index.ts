import { availableParallelism, cpus } from 'node:os';
import { ConvolabError } from '../contract/errors.ts';
import type { Device } from '../contract/methods.ts';
import type { Backend } from './backend.ts';
import { createNativeBackend } from './native/index.ts';
import { createReferenceBackend } from './reference/index.ts';

/** What `backend:` takes, besides `gpu:<n>`. */
const choices = ['auto', 'cpu', 'gpu', 'reference'] as const;

const noGpu = 'This version has no GPU backend.';
const useCpu = 'Use "cpu", which trains on every core of this machine, or "auto".';

/**
 * Opens a device's arithmetic.
 * @param choice `auto` (the best there is, never a software GPU), `cpu`, `gpu`, `gpu:<n>` or `reference`
 * @throws `device.unavailable` saying why and what helps; `native.unavailable` where the CPU's backend is not built
 */
export function openBackend(choice: string): Backend {
  if (choice === 'auto' || choice === 'cpu') return createNativeBackend();
  if (choice === 'reference') return createReferenceBackend();
  if (/^gpu(:\d+)?$/.test(choice)) {
    throw new ConvolabError('device.unavailable', `Cannot use "${choice}". ${noGpu}`, {
      subject: choice,
      hint: useCpu,
    });
  }
  throw new ConvolabError('device.unavailable', `There is no device called "${choice}".`, {
    subject: choice,
    hint: `Choose one of ${choices.join(', ')} or gpu:<n>.`,
  });
}

/** Every device that a run could be given, those that cannot be used with the reason. */
export function listDevices(): Device[] {
  return [nativeDevice(), gpuDevice(), referenceDevice()];
}

function nativeDevice(): Device {
  const name = cpus()[0]?.model.trim() ?? 'CPU';
  const common = { id: 'cpu', kind: 'cpu', backend: 'native' } as const;
  const cores = { cores: String(availableParallelism()) };
  try {
    const { device } = createNativeBackend();
    const details = { ...cores, ...device.details };
    return { ...common, name: device.name, available: true, reason: null, details };
  } catch (thrown) {
    const { message, hint } = ConvolabError.from(thrown);
    const reason = hint === undefined ? message : `${message} ${hint}`;
    return { ...common, name, available: false, reason, details: cores };
  }
}

function gpuDevice(): Device {
  return {
    id: 'gpu',
    name: 'GPU',
    kind: 'gpu',
    backend: 'none',
    available: false,
    reason: `${noGpu} ${useCpu}`,
    details: {},
  };
}

function referenceDevice(): Device {
  return {
    id: 'reference',
    name: 'Reference (float64, slow; for judging the others)',
    kind: 'reference',
    backend: 'reference',
    available: true,
    reason: null,
    details: {},
  };
}
