import { fileURLToPath } from 'node:url';

/** How workers are to fail. */
export interface Faults {
  readonly kind: 'lost' | 'hang' | 'crash';
  /** Training steps after which the first, second, ... worker fails; those behind the last do not. */
  readonly afterSteps: readonly number[];
  /** File with a character for every worker that has begun. */
  readonly tally: string;
}

/** Environment variable with the faults as JSON, which workers inherit. */
export const faultsVariable = 'CONVOLAB_TEST_FAULTS';
/** Entry of such a worker; and what makes workers such, preloaded by whoever starts them. */
export const failingWorker = fileURLToPath(new URL('./worker.ts', import.meta.url));
export const failingHooks = new URL('./hooks.ts', import.meta.url).href;
