import { kernels } from '../../kernels/index.ts';
import type { Backend } from '../backend.ts';
import type { Precision } from './precision.ts';
import { ReferenceProgram } from './program.ts';
import { runSingle } from './single.ts';

export interface ReferenceOptions {
  /** `float32` rounds every result as a device would store it, to tell a case that sits on a kink. */
  readonly precision?: Precision;
}

/** The backend that judges the others: every kernel's own reference, in float64, on one thread. */
export function createReferenceBackend({ precision = 'float64' }: ReferenceOptions = {}): Backend {
  return {
    kind: 'reference',
    device: { id: 'reference', name: `Reference (TypeScript, ${precision})`, details: { precision } },
    kernels: new Set(kernels.keys()),
    runKernel: async (call) => runSingle(call, precision),
    compile: async (plan, options) => new ReferenceProgram(plan, options, precision),
  };
}
