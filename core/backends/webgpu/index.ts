import { ConvolabError } from '../../contract/errors.ts';
import type { Backend } from '../backend.ts';
import type { AdapterChoice } from './adapters.ts';

/**
 * The GPU backend on one adapter. Loads the GPU's driver into this process.
 * @throws `device.unavailable`
 */
export async function createWebGpuBackend({ id, name }: AdapterChoice): Promise<Backend> {
  throw new ConvolabError('backend.unsupported', `The GPU backend cannot train on ${id} (${name}) yet.`, {
    subject: id,
    hint: 'Choose the backend cpu.',
  });
}
