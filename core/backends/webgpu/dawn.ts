import { ConvolabError } from '../../contract/errors.ts';

type Dawn = typeof import('webgpu');

/** Every kernel writes workgroup memory before it reads it; to clear it first takes a software GPU's compiler seconds. */
const toggles = 'enable-dawn-features=disable_workgroup_init';

let loading: Promise<Dawn> | undefined;

/**
 * WebGPU outside a browser: Dawn, in the `webgpu` package. This module alone loads it, and only when a GPU is asked for.
 * The process stays alive as long as something holds the result.
 * @param options Dawn's own, such as `adapter=...`
 * @throws `device.unavailable` where Dawn does not load on this system
 */
export async function createGpu(options: readonly string[] = []): Promise<GPU> {
  loading ??= import('webgpu');
  try {
    const { create } = await loading;
    return create([toggles, ...options]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Train on the CPU, or install Convolab for this system and processor.';
    throw new ConvolabError(
      'device.unavailable',
      `WebGPU does not load here: ${reason}`,
      { hint },
      { cause },
    );
  }
}

/** Uses of a buffer, as the WebGPU specification numbers them; Dawn defines no globals. */
export const bufferUse = {
  mapRead: 0x0001,
  copySource: 0x0004,
  copyTarget: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
} as const;

/** `GPUMapMode.READ` and `GPUShaderStage.COMPUTE` */
export const mapRead = 0x0001;
export const computeStage = 0x0004;
