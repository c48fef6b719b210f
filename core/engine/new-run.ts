import type { NewRun } from '../store/runs.ts';
import type { RunConfig } from '../train/experiment.ts';
import { captureEnvironment } from './environment.ts';

/** What the store keeps of a run to be. */
export function newRun(config: RunConfig): NewRun {
  const { name, seed, choices, backend, train } = config;
  const { epochs, select } = train;
  return { name, seed, choices, config, backend, epochs, select, environment: captureEnvironment() };
}
