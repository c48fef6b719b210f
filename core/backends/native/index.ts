import { cpus } from 'node:os';
import { ConvolabError } from '../../contract/errors.ts';
import type { Backend } from '../backend.ts';
import { type Addon, loadAddon } from './addon.ts';
import { NativeCpuProgram } from './program.ts';
import { runSingle, updateKernels } from './single.ts';

export interface NativeOptions {
  /** `baseline`, `avx2`, `avx512` or `neon`; by default what CONVOLAB_SIMD says, else the fastest that runs here. */
  readonly simd?: string | undefined;
}

/**
 * The CPU backend: C++ with SIMD and threads, in slices of 16 images.
 * @throws `native.unavailable` where the addon is not built; `device.unavailable` for a SIMD path that cannot run here
 */
export function createNativeBackend(options: NativeOptions = {}): Backend {
  const addon = loadAddon();
  const path = choosePath(addon, options.simd ?? process.env.CONVOLAB_SIMD);
  const name = cpus()[0]?.model.trim() ?? 'CPU';
  return {
    kind: 'native',
    device: { id: 'cpu', name, details: { simd: path } },
    kernels: new Set([...addon.kernels(), ...updateKernels]),
    runKernel: (call) => runSingle(addon, path, call),
    measurePeak: async (threads) => addon.measurePeak(path, threads),
    compile: async (plan, compileOptions) => new NativeCpuProgram({ addon, path }, plan, compileOptions),
  };
}

/** SIMD paths that this processor can run, the fastest first. */
export function simdPaths(): readonly string[] {
  return loadAddon().paths();
}

function choosePath(addon: Addon, wanted: string | undefined): string {
  const paths = addon.paths();
  const path = wanted ? paths.find((name) => name === wanted) : paths[0];
  if (path !== undefined) return path;
  throw new ConvolabError('device.unavailable', `The SIMD path "${wanted}" cannot run on this processor.`, {
    subject: 'CONVOLAB_SIMD',
    hint: `Choose one of ${paths.join(', ')}, or leave CONVOLAB_SIMD unset.`,
  });
}
