import type { Backend } from '../../core/backends/backend.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { Preset } from '../../core/models/preset.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { drawSource, plainTransform } from './plans.ts';

/** Losses that are written down for each preset. */
const goldenSteps = 10;
const batchSize = 4;

/** Mean loss of each of the first steps of a preset, as its experiment trains it, on noise drawn from a fixed seed. */
export async function presetLosses(backend: Backend, preset: Preset): Promise<number[]> {
  const options = preset.options.parse(preset.trainedWith ?? {});
  const plan = compilePlan(buildGraph(parseModel(preset.model(options))), { retain: false });
  const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0.0005 } as const;
  const program = await backend.compile(plan, { threads: 2, batchSize, optimizer });
  program.setState({ parameters: initialParameters(plan, 1), optimizer: new Map() });
  program.attach('train', drawSource(plan, goldenSteps * batchSize, 1), plainTransform(plan.input));
  const losses: number[] = [];
  for (let step = 0; step < goldenSteps; step++) {
    const order = Uint32Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
    const rates = Float32Array.of(0.001);
    const { lossSum } = await program.train('train', { order, batchSize, rates, moment: { seed: 1, step } });
    losses.push(lossSum / batchSize);
  }
  program.dispose();
  return losses;
}
