import { fileURLToPath } from 'node:url';
import { call } from '../cli/call.ts';
import { readExperiment } from '../cli/experiment-source.ts';
import { Output } from '../cli/output.ts';
import { trainToEnd } from '../cli/train.ts';
import type { Engine } from '../engine/api.ts';

const demonstration = fileURLToPath(
  new URL('../../resources/experiments/sigmoid-vs-relu-mnist.yaml', import.meta.url),
);

/**
 * Trains "Sigmoid vs ReLU on MNIST" with progress in the terminal and prints the comparison, exactly as
 * `convolab run` would; open windows see it live. Returns the exit code.
 */
export async function runDemo(engine: Engine): Promise<number> {
  const config = await readExperiment(demonstration, []);
  const { runs } = await call(engine, 'experiments.create', { config });
  return trainToEnd(engine, runs, new Output(false));
}
